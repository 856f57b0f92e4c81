import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@Suite("A damaged database", .serialized)
struct DamageTests {
    private let installation: Installation
    private static let pageSize = 4096

    init() throws { installation = try Installation() }

    private var bytes: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: installation.database)) }
    }

    /// A database of some pages, closed; the keys in it.
    private func prepare(_ count: Int = 120) async throws -> [ServerClient.IssuedKey] {
        let server = try await installation.start()
        var keys: [ServerClient.IssuedKey] = []
        for number in 0..<count { keys.append(try await server.client.createKey("key \(number)")) }
        #expect(await server.stop() == .exit(0))
        return keys
    }

    /// Writes a changed database, expects that no server starts on it, and that it is left as it is.
    private func expectRefused(_ name: String, _ change: (inout Data) -> Void) async throws {
        let whole = try bytes
        var damaged = whole
        change(&damaged)
        try damaged.write(to: URL(fileURLWithPath: installation.database))
        let process = try installation.launch()
        #expect(await process.ended == .exit(1), "\(name): \(process.log)")
        let told = process.log.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(
            told.count == 1 && told[0].contains("sqlite:\(installation.database) can't be used"),
            "\(name): \(process.log)")
        #expect(process.log.contains("fix: Restore it from a backup"), "\(name): \(process.log)")
        #expect(try bytes == damaged, "\(name): the damaged file was changed")
        try whole.write(to: URL(fileURLWithPath: installation.database))
    }

    @Test("is refused at the start where the start can see it, in one line that names it, and left as it is")
    func atTheStart() async throws {
        let keys = try await prepare()
        try await expectRefused("header") { $0.replaceSubrange(0..<16, with: [UInt8](repeating: 0x5A, count: 16)) }
        try await expectRefused("schema") {
            $0.replaceSubrange(100..<4000, with: [UInt8](repeating: 0xFF, count: 3900))
        }
        try await expectRefused("cut in mid-page") { $0 = $0.prefix($0.count / 2 / Self.pageSize * Self.pageSize + 77) }
        try await expectRefused("cut to its first page") { $0 = $0.prefix(Self.pageSize) }
        try await expectRefused("no database") { $0 = Data(String(repeating: "a letter. ", count: 900).utf8) }
        let server = try await installation.start()
        #expect(try await server.client.verify(keys.map(\.secret)).allSatisfy { $0 == "ok" })
        #expect(await server.stop() == .exit(0))
    }

    @Test("in any one page never grants what it can't read, and never ends the server")
    func anyPage() async throws {
        let keys = try await prepare()
        let whole = try bytes
        let pages = whole.count / Self.pageSize
        var noticed = 0
        // The long form damages each page in turn.
        let chosen = Array(
            TestRun.isLong
                ? stride(from: 1, to: pages, by: 1) : stride(from: 1, to: pages, by: max(1, pages / 6)))
        for page in chosen {
            var damaged = whole
            let range = page * Self.pageSize..<(page + 1) * Self.pageSize
            damaged.replaceSubrange(range, with: [UInt8](repeating: 0xFF, count: Self.pageSize))
            try damaged.write(to: URL(fileURLWithPath: installation.database))
            noticed += try await isNoticed(keys, "page \(page + 1) of \(pages)") ? 1 : 0
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: installation.database + suffix)
            }
        }
        #expect(noticed > 0)
        print("damage: \(noticed) of \(chosen.count) damaged pages met by a start or by \(keys.count) look-ups")
    }

    /// Whether a start or a look-up has met the damage; either must tell it.
    private func isNoticed(_ keys: [ServerClient.IssuedKey], _ page: String) async throws -> Bool {
        let server: RunningProcess
        do {
            server = try await installation.start()
        } catch let ended as ServerProcess.EndedEarly {
            #expect(ended.end == .exit(1), "\(page): \(ended)")
            #expect(ended.log.contains("error: "), "\(page): \(ended)")
            return true
        }
        let codes = try await codes(keys, server.client)
        // What can't be read is unavailable; nothing is taken for another, or for unknown.
        #expect(codes.allSatisfy { ["ok", "unavailable"].contains($0) }, "\(page): \(Set(codes))")
        let isUnavailable = codes.contains("unavailable")
        if isUnavailable { #expect(server.process.log.contains("corrupted"), "\(page): \(server.process.log)") }
        #expect(try await server.client.send(.data, .GET, "/healthz").status == 200)
        let end = await server.stop()
        #expect(end == .exit(0) || end == .exit(1), "\(page): \(end)")
        return isUnavailable || end == .exit(1)
    }

    /// The codes of the decisions; the administrator's own key, which asks, may be what can't be read.
    private func codes(_ keys: [ServerClient.IssuedKey], _ client: ServerClient) async throws -> [String] {
        var codes: [String] = []
        for key in keys {
            let answer = try await client.send(.data, .GET, "/v1/authorize", secret: key.secret)
            codes.append(answer.status == 200 ? "ok" : answer.code ?? "none")
        }
        return codes
    }

    @Test("a torn end of the log of writes, as a loss of power leaves it, costs nothing that was acknowledged")
    func tornLog() async throws {
        let first = try await installation.start()
        var keys: [ServerClient.IssuedKey] = []
        for number in 0..<20 { keys.append(try await first.client.createKey("key \(number)")) }
        await first.kill()
        let log = installation.database + "-wal"
        let whole = try Data(contentsOf: URL(fileURLWithPath: log))
        // What a write that never ended may leave behind the last commit: nothing yet of it was acknowledged.
        let torn = [
            Data(repeating: 0xFF, count: 3000), whole.suffix(Self.pageSize + 24).prefix(2000),
            Data(repeating: 0, count: 9000),
        ]
        for tail in torn {
            try (whole + tail).write(to: URL(fileURLWithPath: log))
            let copy = try Data(contentsOf: URL(fileURLWithPath: installation.database))
            let server = try await installation.start()
            #expect(try await server.client.verify(keys.map(\.secret)).allSatisfy { $0 == "ok" })
            #expect(try await server.client.send(.admin, .GET, "/v1/audit/verify")["intact"]?.bool == true)
            await server.kill()
            try copy.write(to: URL(fileURLWithPath: installation.database))
            try? FileManager.default.removeItem(atPath: installation.database + "-shm")
        }
        // A log that was damaged in its middle ends there; what is left is whole.
        var damaged = whole
        damaged.replaceSubrange(whole.count / 2..<whole.count / 2 + 100, with: [UInt8](repeating: 0xFF, count: 100))
        try damaged.write(to: URL(fileURLWithPath: log))
        let server = try await installation.start()
        let codes = try await server.client.verify(keys.map(\.secret))
        let kept = codes.prefix { $0 == "ok" }.count
        #expect(codes.dropFirst(kept).allSatisfy { $0 == "unknown_key" })
        #expect(try await server.client.send(.admin, .GET, "/v1/audit/verify")["intact"]?.bool == true)
        #expect(await server.stop() == .exit(0))
    }
}
