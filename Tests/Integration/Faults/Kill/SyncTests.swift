import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    @Suite("What is acknowledged has reached the disk")
    struct SyncTests {
        @Test("each acknowledgement goes to its socket after the fdatasync that covers it")
        func order() async throws {
            let installation = try Installation()
            let trace = installation.file("trace")
            // -D: the server is the process that was started, and strace beside it, so that signals reach the server.
            // -s: long enough for a whole page of the database.
            let server = try await installation.start(
                wrapper: [
                    "strace", "-D", "-f", "-yy", "-s", "8192", "-o", trace,
                    "-e", "trace=pwrite64,write,writev,sendto,sendmsg,fdatasync,fsync", "-e", "signal=none",
                ],
                // A search for leaks traces the process itself, and two can't.
                environment: ["ASAN_OPTIONS": "detect_leaks=0"])
            let markers = try await changes(server.client)
            #expect(await server.stop() == .exit(0))
            var text = ""
            try await eventually("strace has written everything down", log: { String(text.suffix(2_000)) }) {
                text = String(decoding: FileManager.default.contents(atPath: trace) ?? Data(), as: UTF8.self)
                return text.split(separator: "\n").contains {
                    $0.hasPrefix("\(server.process.id) ") && $0.hasSuffix("+++ exited with 0 +++")
                }
            }
            let calls = SystemCallTrace(text)
            for marker in markers { #expect(calls.flaw(of: marker, file: "lanyard.sqlite-wal") == nil) }
            print("strace: \(markers.count) acknowledgements, each after its sync; \(calls.calls.count) system calls")
        }

        /// Changes of each kind, some at the same time, each with a name of its own: it comes back in the answer, and
        /// stands in the audit log.
        private func changes(_ client: ServerClient) async throws -> [String] {
            var markers: [String] = []
            for round in 1...3 {
                let made = try await withThrowingTaskGroup(of: (String, String).self) { group in
                    for number in 1...4 {
                        group.addTask {
                            let marker = "made-\(round)-\(number)-"
                            let answer = try await client.send(
                                .admin, .POST, "/v1/keys", json: #"{"name":"traced"}"#,
                                fields: [("X-Request-Id", marker)])
                            #expect(answer.status == 201, "\(answer.text)")
                            return (marker, answer["key"]?["id"]?.string ?? "")
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                markers += made.map(\.0)
                for (action, json) in [
                    ("rotate", #"{"grace":"1h"}"#), ("disable", nil), ("enable", nil),
                    ("revoke", #"{"reason":"a test"}"#),
                ] as [(String, String?)] {
                    let marker = "\(action)-\(round)-"
                    let answer = try await client.send(
                        .admin, .POST, "/v1/keys/\(made[0].1)/\(action)", json: json, fields: [("X-Request-Id", marker)]
                    )
                    #expect(answer.status == 200 || answer.status == 201, "\(answer.text)")
                    markers.append(marker)
                }
            }
            return markers
        }
    }
#endif

@Suite("Reading a trace of system calls")
struct SystemCallTraceTests {
    private let file = "lanyard.sqlite-wal"

    @Test("an answer after the sync is sound; before it, or after a sync of something older, it is not")
    func flaws() {
        let write = #"7 pwrite64(14</d/lanyard.sqlite-wal>, "..mark-1..", 4096, 56) = 4096"#
        let sync = "7 fdatasync(14</d/lanyard.sqlite-wal>) = 0"
        let answer =
            #"9 writev(20<TCP:[127.0.0.1:1->127.0.0.1:2]>, [{iov_base="HTTP/1.1 201 Created\r\nX-Request-Id: mark-1"}], 1) = 9"#
        func flaw(_ lines: [String]) -> String? {
            SystemCallTrace(lines.joined(separator: "\n")).flaw(of: "mark-1", file: file)
        }
        #expect(flaw([write, sync, answer]) == nil)
        // The next commit writes the page again.
        #expect(flaw([write, sync, write, answer]) == nil)
        #expect(flaw([write, answer, sync]) != nil)
        #expect(flaw([answer, write, sync]) != nil)
        #expect(flaw([sync, write, answer]) != nil)
        #expect(flaw([write, sync]) != nil)
        #expect(flaw([sync, answer]) != nil)
        // A sync that has not ended when the answer begins covers nothing yet.
        let began = "7 fdatasync(14</d/lanyard.sqlite-wal> <unfinished ...>"
        let ended = "7 <... fdatasync resumed>) = 0"
        #expect(flaw([write, began, answer, ended]) != nil)
        #expect(flaw([write, began, ended, answer]) == nil)
        // One of another file neither.
        #expect(flaw([write, "7 fdatasync(9</d/lanyard.sqlite>) = 0", answer]) != nil)
    }
}
