import LanyardWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file that tells other programs where a server can be reached: it is there while the server serves, and only then.
struct ReadyFile: Sendable {
    let path: String

    /// Everybody may read it: it holds no secret.
    private static let permissions: mode_t = 0o644

    func write(_ addresses: ServerAddresses) throws(StartFailure) {
        let json = JSONValue.object(
            JSONObject([
                .init("data", .string(addresses.data.description)),
                .init("admin", .string(addresses.admin.description)),
            ]))
        do {
            try AtomicFile.write(json.bytes() + [UInt8(ascii: "\n")], to: path, permissions: Self.permissions)
        } catch {
            throw .readyFile(path, error)
        }
    }

    /// Takes it away. One that an earlier process has left, killed before it could, would point to nobody.
    func remove() {
        unlink(path)
    }
}

/// Where a server can be reached by programs on its machine.
package struct ServerAddresses: Sendable, Hashable {
    package let data: ListenAddress
    package let admin: ListenAddress
}
