import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// PostgreSQL's programs, where the system keeps them.
enum PostgresProgram {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let folders = [
        "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin",
        "/opt/homebrew/opt/postgresql@15/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/bin",
    ]

    static func path(_ program: String) -> String {
        if program.hasPrefix("/") { return program }
        let paths = folders.map { "\($0)/\(program)" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? program
    }

    /// What comes before a command that must not be run as root.
    static var asServer: [String] {
        guard geteuid() == 0 else { return [] }
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    }

    /// Gives a folder with all that is in it to the user that the server runs as.
    static func give(_ folder: String) async throws {
        if geteuid() == 0 { try await run("/usr/bin/env", ["chown", "-R", "postgres", folder]) }
    }

    /// Runs a program to its end; what it wrote to its output.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], asServer isServer: Bool = false, environment: [String: String] = [:]
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = (isServer ? asServer : []) + [path(program)] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/bin", "LC_ALL": "C"].merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let texts: (String, String) = try await withCheckedThrowingContinuation { caller in
            Thread.detachNewThread {
                do {
                    try process.run()
                    // Neither writes more than a pipe holds.
                    let text = output.fileHandleForReading.readDataToEndOfFile()
                    let problem = errors.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    caller.resume(
                        returning: (String(decoding: text, as: UTF8.self), String(decoding: problem, as: UTF8.self)))
                } catch {
                    caller.resume(throwing: error)
                }
            }
        }
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) ended with \(process.terminationStatus): \(texts.1)")
        }
        return texts.0
    }
}
