#if os(Linux)
    import Foundation
    import LanyardCore
    import TestSupport
    import Testing

    @Suite("What others on the machine can see of the program")
    struct ProcessSecretsTests {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        /// A secret that another system gave out.
        fileprivate static let foreign = "sk-foreign-1f0e9d8c7b6a5f4e3d2c"

        @Test("no secret stands in a process's arguments, environment, errors or log, but where its caller has put it")
        func nothingSlips() async throws {
            var run = Run(folder: folder)
            let server = try run.serve()
            try await run.readAddresses(of: server)
            run.secrets.append(try run.secret(in: "lanyard-admin.key"))
            try await run.makeAndUse(asking: server)
            try await run.fail(asking: server)
            run.isSearched(server: try await run.end(server))

            // Offline, on the store itself.
            let recovered = try await run.recover(["--admin-key-file", "recovered.key"])
            #expect(recovered.status == 0 && recovered.output.contains("recovered.key"))
            run.secrets.append(try run.secret(in: "recovered.key"))
            let again = try await run.recover(["--admin-key-file", "recovered.key", "--replace", "--json"])
            #expect(again.status == 0)
            run.secrets.append(try run.secret(in: "recovered.key"))

            let restarted = try run.serve()
            try await run.readAddresses(of: restarted)
            let admin = try run.secret(in: "recovered.key")
            // A caller may hand it over in the environment: then it stands there, and nowhere else.
            try await run.command(
                ["keys", "list"], with: ["LANYARD_ADMIN_KEY": admin], mayHold: ["LANYARD_ADMIN_KEY=\(admin)"],
                asking: restarted)
            run.isSearched(server: try await run.end(restarted))
            try run.searchFiles(but: ["lanyard-admin.key", "recovered.key", "created.key", "rotated.key"])
            #expect(run.secrets.count >= 9 && run.commands >= 15, "\(run.secrets.count) \(run.commands)")
        }

        // MARK: - A run

        /// The server and the commands of one run, and every secret that they have dealt with.
        fileprivate struct Run {
            let folder: TemporaryFolder
            var secrets = [ProcessSecretsTests.foreign]
            var commands = 0
            private var addresses = (data: "", admin: "")

            init(folder: TemporaryFolder) {
                self.folder = folder
            }

            func serve() throws -> ServerProcess {
                try? FileManager.default.removeItem(atPath: folder.file("ready.json"))
                return try ServerProcess(
                    [
                        BuiltProgram.lanyard, "serve", "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0",
                        "--ready-file", "ready.json", "--log-level", "trace", "--threads", "1",
                    ], in: folder.path)
            }

            mutating func readAddresses(of server: ServerProcess) async throws {
                addresses = try await server.addresses(in: folder.file("ready.json"))
            }

            /// Ends the server, and returns what was seen of it.
            func end(_ server: ServerProcess) async throws -> (view: ProcessView, log: String) {
                let view = try #require(ProcessView(of: server.id))
                server.send(SIGTERM)
                #expect(await server.ended == .exit(0))
                try await server.waitUntilLogged("lanyard has ended")
                return (view, server.log)
            }

            func recover(_ arguments: [String]) async throws -> WatchedCommand {
                // Nothing holds it back, so that it may have ended before it was looked at: then it is asked again.
                for _ in 0..<20 {
                    let seen = try await WatchedCommand.run(["admin", "recover"] + arguments, in: folder)
                    check(seen, mayHold: [], prints: false)
                    if !seen.views.isEmpty { return seen }
                    try? FileManager.default.removeItem(atPath: folder.file("recovered.key"))
                }
                throw CancellationError()
            }

            /// - Parameters:
            ///   - mayHold: What its environment may hold, for the test has put it there.
            ///   - prints: Whether its output is a secret.
            @discardableResult
            mutating func command(
                _ arguments: [String], input: String = "", with environment: [String: String] = [:],
                mayHold: [String] = [], prints: Bool = false, status: Int32 = 0, asking server: ServerProcess
            ) async throws -> WatchedCommand {
                let all = environment.merging([
                    "LANYARD_URL": "http://\(addresses.admin)", "LANYARD_DATA_URL": "http://\(addresses.data)",
                ]) { given, _ in given }
                let seen = try await WatchedCommand.run(
                    arguments, input: input, environment: all, in: folder, asking: server)
                #expect(seen.status == status, "\(seen.name): \(seen.errors)")
                #expect(!seen.views.isEmpty, "\(seen.name) was not seen")
                if prints { secrets.append(try #require(Self.secret(in: seen.output), "\(seen.name)")) }
                check(seen, mayHold: mayHold, prints: prints)
                commands += 1
                return seen
            }

            // MARK: - Searching

            /// The end of the random part is enough to know a secret by: what is cut off somewhere is found as well.
            private func holdsSecret(_ text: String) -> Bool {
                secrets.contains { secret in
                    secret == ProcessSecretsTests.foreign
                        ? text.contains(secret) : text.contains(secret.dropLast(6).suffix(20))
                }
            }

            private func check(_ seen: WatchedCommand, mayHold: [String], prints: Bool) {
                for view in seen.views {
                    #expect(!view.arguments.contains { holdsSecret($0) }, "arguments of \(seen.name)")
                    let others = view.environment.filter { !mayHold.contains($0) }
                    #expect(!others.contains { holdsSecret($0) }, "environment of \(seen.name)")
                }
                #expect(!holdsSecret(seen.errors), "errors of \(seen.name)")
                #expect(prints == holdsSecret(seen.output), "output of \(seen.name)")
            }

            func isSearched(server: (view: ProcessView, log: String)) {
                #expect(server.view.arguments.contains("serve"))
                #expect(!(server.view.arguments + server.view.environment).contains { holdsSecret($0) })
                #expect(server.log.contains("trace") && !holdsSecret(server.log))
            }

            /// What lies about when all is done: progress of imports, reports, the database.
            func searchFiles(but allowed: Set<String>) throws {
                let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
                #expect(names.isSuperset(of: allowed.union(["lanyard.sqlite", "refused.ndjson"])), "\(names)")
                for name in names.subtracting(allowed) {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
                    #expect(!holdsSecret(String(decoding: bytes, as: UTF8.self)), "\(name)")
                }
                for name in allowed {
                    let mode = try FileManager.default.attributesOfItem(atPath: folder.file(name))[.posixPermissions]
                    #expect(mode as? Int == 0o600, "\(name)")
                }
            }

            func secret(in file: String) throws -> String {
                try String(contentsOfFile: folder.file(file), encoding: .utf8).trimmingCharacters(in: .newlines)
            }

            private static func secret(in output: String) -> String? {
                output.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) && $0 != "_" }.map(String.init).first {
                    Array($0.utf8).withUnsafeBytes { SecretShape.nativeParts($0) != nil }
                }
            }
        }
    }

    // MARK: - What is run

    extension ProcessSecretsTests.Run {
        /// Every command that makes, takes or hands out a secret, as it is meant to be used.
        fileprivate mutating func makeAndUse(asking server: ServerProcess) async throws {
            let created = try await command(["keys", "create", "--name", "one"], prints: true, asking: server)
            let secret = created.output.trimmingCharacters(in: .newlines)
            try await command(["keys", "create", "--name", "two", "--json"], prints: true, asking: server)
            try await command(
                ["keys", "create", "--name", "three", "--secret-file", "created.key"], asking: server)
            secrets.append(try self.secret(in: "created.key"))
            try await command(["keys", "rotate", "two"], prints: true, asking: server)
            try await command(
                ["keys", "rotate", "three", "--grace", "0s", "--secret-file", "rotated.key"], asking: server)
            secrets.append(try self.secret(in: "rotated.key"))
            let digest = Array(ProcessSecretsTests.foreign.utf8).withUnsafeBytes {
                Secret(presented: $0).digest.sha256Text
            }
            try folder.write(#"{"digest":"\#(digest)","name":"legacy"}"# + "\n{\"digest\":1}\n", to: "keys.ndjson")
            try await command(
                ["keys", "import", "keys.ndjson", "--report", "refused.ndjson"], status: 1, asking: server)
            try await command(["verify"], input: secret, asking: server)
            try await command(["verify", "--json"], input: ProcessSecretsTests.foreign, asking: server)
            try await command(["verify", "--secret-file", "rotated.key"], asking: server)
            try await command(
                ["verify"], with: ["LANYARD_SECRET": secret], mayHold: ["LANYARD_SECRET=\(secret)"], asking: server)
            try await command(["keys", "lookup"], input: secret, asking: server)
            try await command(["explain"], input: secret, asking: server)
        }

        /// The same where something is wrong: that is when programs tell too much.
        fileprivate mutating func fail(asking server: ServerProcess) async throws {
            let unknown = Secret.generate(prefix: .lyd, environment: .live).reveal()
            secrets.append(unknown)
            try await command(["verify"], input: unknown, status: 1, asking: server)
            try await command(["verify"], input: unknown + " " + unknown, status: 1, asking: server)
            try await command(["keys", "lookup", "--json"], input: unknown, status: 1, asking: server)
            try await command(["explain", "--json"], input: unknown, status: 1, asking: server)
            try await command(
                ["keys", "create", "--name", "four"], with: ["LANYARD_ADMIN_KEY": unknown],
                mayHold: ["LANYARD_ADMIN_KEY=\(unknown)"], status: 1, asking: server)
            try await command(
                ["keys", "create", "--name", "five", "--secret-file", "created.key"], status: 1, asking: server)
            // A secret in the wrong place.
            try await command(
                ["keys", "import", "-"], input: "{\"digest\":\"\(unknown)\"}\n", status: 1, asking: server)
        }
    }
#endif
