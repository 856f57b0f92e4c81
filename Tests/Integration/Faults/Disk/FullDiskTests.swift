import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    @Suite("A full disk", .serialized)
    struct FullDiskTests {
        private let installation: Installation

        init() throws { installation = try Installation() }

        private func start(_ disk: SmallDisk) async throws -> RunningProcess {
            try await installation.start(["--database", "sqlite:\(disk.database)"], wrapper: disk.wrapper)
        }

        /// Makes keys until the store refuses one; the refusal, and the keys that were made.
        private func fillStore(
            _ client: ServerClient
        ) async throws -> (ServerClient.Answer, [ServerClient.IssuedKey]) {
            var made: [ServerClient.IssuedKey] = []
            for number in 0..<5_000 {
                let answer = try await client.send(.admin, .POST, "/v1/keys", json: #"{"name":"filler \#(number)"}"#)
                guard answer.status == 201, let id = answer["key"]?["id"]?.string,
                    let secret = answer["secret"]?.string
                else { return (answer, made) }
                made.append(.init(id: id, secret: secret))
            }
            throw Unfulfilled(description: "the disk is full")
        }

        @Test(
            "changes are refused as unavailable, cached keys go on, and all is well once there is room, without a restart",
            arguments: [SmallDisk.Kind.fileSystem, .fileSize])
        func whileRunning(kind: SmallDisk.Kind) async throws {
            let disk = try await SmallDisk(kind, in: installation)
            let server = try await start(disk)
            let client = server.client
            let key = try await client.createKey(
                "cached", #""limits":[{"name":"hour","amount":100000,"window":"1h"}]"#)
            let doomed = try await client.createKey("doomed")
            #expect(try await client.verify([key.secret, doomed.secret]) == ["ok", "ok"])
            var grants: Int64 = 1

            try await disk.fill(server.process)
            let (refusal, made) = try await fillStore(client)
            #expect(refusal.status == 503 && refusal.code == "unavailable", "\(refusal.status) \(refusal.text)")
            let revocation = try await client.send(.admin, .POST, "/v1/keys/\(doomed.id)/revoke")
            #expect(revocation.status == 503, "\(revocation.text)")
            for _ in 0..<50 {
                #expect(try await client.verify([key.secret]) == ["ok"])
                grants += 1
            }
            // What was refused has not happened, and what can't be written is kept.
            #expect(try await client.verify([doomed.secret]) == ["ok"])
            try await eventually("saving has failed") {
                try await client.metric("lanyard_flush_failures_total") ?? 0 > 0
            }
            #expect(try await client.send(.data, .GET, "/readyz").status == 200)

            try await disk.empty(server.process)
            try await eventually("changes are taken again") {
                try await client.send(.admin, .POST, "/v1/keys/\(doomed.id)/revoke").status == 200
            }
            #expect(try await client.verify([doomed.secret]) == ["revoked_key"])
            #expect(try await client.verify(made.map(\.secret)).allSatisfy { $0 == "ok" })
            try await eventually("usage is whole") { try await client.usage(of: key.id)["ok"] == grants }
            #expect(await server.stop() == .exit(0))

            let again = try await start(disk)
            #expect(try await again.client.verify([doomed.secret]) == ["revoked_key"])
            #expect(try await again.client.verify(made.map(\.secret)).allSatisfy { $0 == "ok" })
            #expect(try await again.client.check(key.secret).remaining["hour"] == 100_000 - grants - 1)
            #expect(try await again.client.send(.admin, .GET, "/v1/audit/verify")["intact"]?.bool == true)
            #expect(await again.stop() == .exit(0))
        }

        @Test("an end on a full disk says that the last second was not saved, and loses nothing that was acknowledged")
        func atTheEnd() async throws {
            let disk = try await SmallDisk(.fileSystem, in: installation)
            let server = try await start(disk)
            let key = try await server.client.createKey(
                "cached", #""limits":[{"name":"hour","amount":100000,"window":"1h"}]"#)
            try await disk.fill(server.process)
            let (_, made) = try await fillStore(server.client)
            #expect(try await server.client.verify([key.secret]) == ["ok"])
            #expect(await server.stop() == .exit(1))
            #expect(server.process.log.contains(disk.database), "\(server.process.log)")
            guard disk.kind == .fileSystem else { return }
            #expect(server.process.log.contains("fix: Make room on the disk"), "\(server.process.log)")
            // A start needs room too.
            let early = try installation.launch(["--database", "sqlite:\(disk.database)"], wrapper: disk.wrapper)
            #expect(await early.ended == .exit(1))
            #expect(early.log.contains("Make room on the disk"), "\(early.log)")
            try await disk.empty(server.process)
            let again = try await start(disk)
            #expect(try await again.client.verify(made.map(\.secret)).allSatisfy { $0 == "ok" })
            #expect(await again.stop() == .exit(0))
        }
    }
#endif
