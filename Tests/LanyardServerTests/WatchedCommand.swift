#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    /// What every user of the machine can see of a process, its arguments, and what its owner can, its environment.
    struct ProcessView: Hashable {
        let arguments: [String]
        let environment: [String]

        /// `nil` where there is nothing to be seen: the process has ended, or has not quite begun.
        init?(of process: Int32) {
            guard let arguments = Self.strings(in: "/proc/\(process)/cmdline"), !arguments.isEmpty,
                let environment = Self.strings(in: "/proc/\(process)/environ")
            else { return nil }
            (self.arguments, self.environment) = (arguments, environment)
        }

        private static func strings(in path: String) -> [String]? {
            guard let file = FileHandle(forReadingAtPath: path) else { return nil }
            guard let bytes = try? file.readToEnd() else { return [] }
            return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }

        /// Looks at a process again and again until told to stop.
        static func watch(_ process: Int32) -> Task<Set<ProcessView>, Never> {
            Task.detached {
                var views: Set<ProcessView> = []
                while !Task.isCancelled {
                    if let view = ProcessView(of: process) { views.insert(view) }
                    try? await Task.sleep(for: .milliseconds(5))
                }
                return views
            }
        }
    }

    /// A command that was run as a process of its own: what could be seen of it meanwhile, and what it has said.
    struct WatchedCommand {
        let name: String
        let status: Int32
        let output: String
        let errors: String
        let views: Set<ProcessView>

        /// - Parameter server: Is held still until the command has been looked at: it can't end before.
        static func run(
            _ arguments: [String], input: String = "", environment: [String: String] = [:],
            in folder: TemporaryFolder, asking server: ServerProcess? = nil
        ) async throws -> WatchedCommand {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: BuiltProgram.lanyard)
            process.arguments = arguments
            process.environment = BuiltProgram.environment(adding: environment)
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            let (stdin, name) = (Pipe(), UUID().uuidString)
            process.standardInput = stdin
            process.standardOutput = try writable("\(name).out", in: folder)
            process.standardError = try writable("\(name).err", in: folder)
            let ended = AsyncStream<Int32>.makeStream()
            process.terminationHandler = { ended.continuation.yield($0.terminationStatus) }
            server?.send(SIGSTOP)
            try process.run()
            let watch = ProcessView.watch(process.processIdentifier)
            var first: ProcessView?
            while first == nil, process.isRunning { first = ProcessView(of: process.processIdentifier) }
            server?.send(SIGCONT)
            try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try stdin.fileHandleForWriting.close()
            var statuses = ended.stream.makeAsyncIterator()
            let status = try #require(await statuses.next())
            watch.cancel()
            return WatchedCommand(
                name: arguments.joined(separator: " "), status: status,
                output: try taken("\(name).out", in: folder), errors: try taken("\(name).err", in: folder),
                views: await watch.value.union([first].compactMap { $0 }))
        }

        private static func writable(_ name: String, in folder: TemporaryFolder) throws -> FileHandle {
            try #require(FileHandle(forWritingAtPath: try folder.write("", to: name)))
        }

        /// What a file holds, which is then taken away: what is searched later is what the command itself has left.
        private static func taken(_ name: String, in folder: TemporaryFolder) throws -> String {
            defer { try? FileManager.default.removeItem(atPath: folder.file(name)) }
            return try String(contentsOfFile: folder.file(name), encoding: .utf8)
        }
    }
#endif
