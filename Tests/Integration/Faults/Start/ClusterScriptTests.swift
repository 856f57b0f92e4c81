import Foundation
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    /// On Linux alone, because `scripts/setup` brings nginx nowhere else.
    @Suite("The script that starts a cluster")
    struct ClusterScriptTests {
        /// Where any user may go, for PostgreSQL does not run as root.
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder(in: "/tmp") }

        private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "scripts/cluster").path

        /// Runs the script to its end: how it ended, and what it wrote.
        private func run(
            _ command: String, binary: String = BuiltProgram.lanyard
        ) async throws -> (end: ServerProcess.End, output: String) {
            let process = try ServerProcess(
                [Self.script, command, "--folder", folder.file("cluster")], in: folder.path,
                environment: ["LANYARD_BINARY": binary])
            return (await process.ended, process.log)
        }

        /// The processes that the folder names, with all that they have started.
        private func processes() throws -> [Int32] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("cluster"))
            var found = names.filter { $0.hasSuffix(".pid") }
                .compactMap { folder.read("cluster/\($0)")?.split(separator: "\n").first.flatMap { Int32($0) } }
            var next = 0
            while next < found.count {
                let path = "/proc/\(found[next])/task/\(found[next])/children"
                let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                found += children.split(separator: " ").compactMap { Int32($0) }
                next += 1
            }
            return found
        }

        /// Whether a process goes on; one that has ended may still wait for somebody to hear of it.
        private func goesOn(_ id: Int32) -> Bool {
            guard let line = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
            return line.split(separator: ")").last?.hasPrefix(" Z") == false
        }

        private func address(of node: String) throws -> (data: String, admin: String) {
            let file = try #require(FileManager.default.contents(atPath: folder.file("cluster/\(node).json")))
            let addresses = try JSONDecoder().decode([String: String].self, from: file)
            return (try #require(addresses["data"]), try #require(addresses["admin"]))
        }

        /// A client that asks through nginx, and manages through one node.
        private func client(_ node: String) throws -> ServerClient {
            let configuration = try #require(folder.read("cluster/nginx/nginx.conf"))
            let listen = try #require(configuration.firstMatch(of: #/listen (.*);/#))
            let secret = try #require(folder.read("cluster/admin.key")).trimmingCharacters(in: .newlines)
            return ServerClient(data: String(listen.1), admin: try address(of: node).admin, secret: secret)
        }

        private func askEachNode(_ client: ServerClient, _ key: ServerClient.IssuedKey) async throws -> Set<Int> {
            var statuses: Set<Int> = []
            // nginx takes turns.
            for _ in 0..<6 {
                statuses.insert(try await client.send(.data, .GET, "/v1/authorize", secret: key.secret).status)
            }
            return statuses
        }

        private func exerciseCluster() async throws {
            let again = try await run("start")
            #expect(again.end == .exit(0) && again.output.contains("runs already"), "\(again.output)")
            let status = try await run("status")
            #expect(status.end == .exit(0), "\(status.output)")
            #expect(status.output.components(separatedBy: " live ").count == 4, "\(status.output)")

            let (first, second) = (try client("node1"), try client("node2"))
            let key = try await first.createKey("demo")
            #expect(try await askEachNode(first, key) == [200])
            let answer = try await second.send(.admin, .POST, "/v1/keys/\(key.id)/revoke", json: "{}")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await askEachNode(first, key) == [401])
        }

        @Test("three nodes answer through nginx, what one revokes all deny, and stop leaves no process")
        func cluster() async throws {
            let start = try await run("start")
            #expect(start.end == .exit(0), "\(start.output)")
            // PostgreSQL, Redis, three nodes, nginx, and what the first and the last have started.
            let started = try processes()
            #expect(started.count > 7 && started.allSatisfy(goesOn), "\(started)")
            let failure: (any Error)?
            do {
                try await exerciseCluster()
                failure = nil
            } catch {
                failure = error
            }
            let stop = try await run("stop")
            #expect(stop.end == .exit(0), "\(stop.output)")
            #expect(started.filter(goesOn).isEmpty)
            #expect(try processes().isEmpty)
            #expect(try await run("stop").end == .exit(0))
            #expect(try await run("status").end == .exit(1))
            if let failure { throw failure }
        }

        @Test("in a folder that is another user's, nothing is started, and nobody's process is ended")
        func foreignFolder() async throws {
            let sleeper = try ServerProcess(["/bin/sleep", "600"], in: folder.path)
            let path = folder.file("cluster")
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let beginning = try #require(
                try String(contentsOfFile: "/proc/\(sleeper.id)/stat", encoding: .utf8)
                    .split(separator: ")").last?.split(separator: " ").dropFirst(19).first)
            try Data("\(sleeper.id)\n\(beginning)\n".utf8).write(to: URL(filePath: path + "/node1.pid"))
            // Whoever may not give a folder away has another one led to.
            if chown(path, 65534, 65534) != 0 {
                try FileManager.default.moveItem(atPath: path, toPath: folder.file("planted"))
                try FileManager.default.createSymbolicLink(
                    atPath: path, withDestinationPath: folder.file("planted"))
            }
            for command in ["stop", "status", "start"] {
                let run = try await run(command)
                #expect(run.end == .exit(1) && run.output.contains("not a folder of yours"), "\(run.output)")
            }
            #expect(goesOn(sleeper.id))
            sleeper.send(SIGKILL)
            _ = await sleeper.ended
        }

        @Test("a secret that the first steps name stands in no process's arguments")
        func firstSteps() throws {
            let text = try String(contentsOfFile: Self.script, encoding: .utf8)
            #expect(!text.contains(#/curl[^\n]*-H "Authorization/#))
            #expect(text.contains("curl -i -H @-"))
        }

        @Test("a start whose nodes don't serve fails, says so, and ends the PostgreSQL that it had started")
        func failedStart() async throws {
            let start = try await run("start", binary: "/bin/false")
            #expect(start.end == .exit(1), "\(start.output)")
            #expect(start.output.contains("node1 does not serve"), "\(start.output)")
            #expect(!folder.exists("cluster/postgres/postmaster.pid"))
            #expect(try processes().isEmpty)
        }
    }
#endif
