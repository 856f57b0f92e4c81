/// System calls as `strace -f -yy` writes them down: which came when, of whatever thread.
struct SystemCallTrace {
    struct Call: Equatable {
        let name: String
        /// What it was called with: descriptors with their files, data as text.
        var arguments: String
        /// The lines at which it began and ended; a call that waits while others run has two.
        let began: Int
        var ended: Int
    }

    private(set) var calls: [Call] = []

    init(_ text: String) {
        var unfinished: [Substring: Int] = [:]
        for (number, line) in text.split(separator: "\n").enumerated() {
            // `123 fdatasync(14</x-wal>) = 0`, `123 fdatasync(14</x-wal> <unfinished ...>`, `123 <... fdatasync resumed>) = 0`
            guard let space = line.firstIndex(of: " ") else { continue }
            let thread = line[..<space]
            let rest = line[space...].drop { $0 == " " }
            if rest.hasPrefix("<... ") {
                guard let index = unfinished.removeValue(forKey: thread) else { continue }
                calls[index].ended = number
                calls[index].arguments += rest
                continue
            }
            guard let open = rest.firstIndex(of: "(") else { continue }
            let call = Call(
                name: String(rest[..<open]), arguments: String(rest[rest.index(after: open)...]), began: number,
                ended: number)
            if rest.hasSuffix("<unfinished ...>") { unfinished[thread] = calls.count }
            calls.append(call)
        }
    }

    /// Why the answer that carries `marker` was given before what it tells had reached the disk; `nil` if it was not.
    ///
    /// The marker stands in what was written to the log of writes, and in the answer. Between the end of the first such
    /// write and the beginning of the answer, a sync of that file must have begun and ended. Later commits may write the
    /// same page again, marker and all, and that is no concern of this answer.
    func flaw(of marker: String, file: String) -> String? {
        guard let answer = calls.first(where: { $0.isAnswer && $0.arguments.contains(marker) }) else {
            return "\(marker): no answer was seen"
        }
        let write = calls.first { call in
            call.name == "pwrite64" && call.arguments.contains(file) && call.arguments.contains(marker)
        }
        guard let write, write.ended < answer.began else { return "\(marker): it was answered and not written" }
        let syncs = calls.contains { call in
            ["fdatasync", "fsync"].contains(call.name) && call.arguments.contains(file) && call.began > write.ended
                && call.ended < answer.began && call.arguments.contains("= 0")
        }
        return syncs
            ? nil : "\(marker): it was answered at \(answer.began), written at \(write.ended) and not synced between"
    }
}

extension SystemCallTrace.Call {
    fileprivate var isAnswer: Bool {
        ["write", "writev", "sendto", "sendmsg"].contains(name) && arguments.contains("HTTP/1.1 20")
    }
}
