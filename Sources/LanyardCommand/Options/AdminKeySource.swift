import Foundation
import LanyardCore
import LanyardServer

/// Finds the secret that the command presents: never in an argument, for arguments are seen by every process.
struct AdminKeySource {
    static let fileVariable = "LANYARD_ADMIN_KEY_FILE"
    static let variable = "LANYARD_ADMIN_KEY"

    /// From the command line.
    let file: String?

    func key(console: Console) throws(CommandFailure) -> AdminKey {
        if let file { return try read(file, origin: "\(file) (--admin-key-file)", console: console) }
        if let text = console.variable(Self.variable) {
            return AdminKey(
                secret: try SecretText.parse(Array(text.utf8), what: Self.variable), origin: Self.variable)
        }
        if let file = console.variable(Self.fileVariable) {
            return try read(file, origin: "\(file) (\(Self.fileVariable))", console: console)
        }
        // Where a server that was started in this folder without options has put it.
        let standard = ServerConfiguration().adminKeyFile
        let path = "\(console.folder)/\(standard)"
        if access(path, R_OK) == 0 {
            return try read(path, origin: "\(standard) in this folder", console: console)
        }
        throw .local(
            "There is no admin key to ask with.",
            fix:
                "Set \(Self.fileVariable) to the file that the first `lanyard serve` wrote, or give --admin-key-file."
        )
    }

    private func read(_ path: String, origin: String, console: Console) throws(CommandFailure) -> AdminKey {
        let bytes = try PrivateFile.read(path, what: "The admin key", console: console)
        return AdminKey(secret: try SecretText.parse(bytes, what: path), origin: origin)
    }
}

/// A secret as it stands in a file, a variable or a pipe.
enum SecretText {
    /// More than any secret has.
    static let most = 4_096

    /// The secret without the white space around it, such as the newline at the end of a file.
    static func parse(_ bytes: [UInt8], what: String) throws(CommandFailure) -> Secret {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else {
            throw .local("\(what) is empty: it should hold one secret.", fix: nil)
        }
        let text = bytes[first...last]
        guard text.allSatisfy({ (0x21...0x7E).contains($0) }), text.count <= most else {
            throw .local(
                "\(what) holds more than one secret, or something else.",
                fix: "It should hold one secret and nothing more.")
        }
        return text.withUnsafeBytes { Secret(presented: $0) }
    }
}
