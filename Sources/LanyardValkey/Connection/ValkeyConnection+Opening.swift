package import NIOCore
import NIOPosix
import NIOSSL

extension ValkeyConnection {
    /// Connects and logs in.
    ///
    /// - Throws: `unauthorized` if the name or the password is not accepted, else `unavailable`, or `refused` if the server
    ///   is not one that can be worked with.
    package static func open(
        _ location: ValkeyLocation, password: ValkeyPassword = .none, settings: ValkeySettings = ValkeySettings(),
        on group: any EventLoopGroup
    ) async throws(ValkeyError) -> ValkeyConnection {
        let password = try password.read()
        let connection = try await connect(location, settings, group)
        do {
            try await connection.logIn(location, password, settings)
        } catch {
            await connection.close(within: .zero)
            throw error.isOfConnection
                ? ValkeyError(.unavailable, "\(location): the login failed: \(error.context)") : error
        }
        return connection
    }

    private static func connect(
        _ location: ValkeyLocation, _ settings: ValkeySettings, _ group: any EventLoopGroup
    ) async throws(ValkeyError) -> ValkeyConnection {
        do {
            let tls = location.isEncrypted ? try context(location) : nil
            return try await ClientBootstrap(group: group)
                .connectTimeout(TimeAmount(settings.connectTimeout))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: location.host, port: location.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls {
                            try channel.pipeline.syncOperations.addHandler(
                                try NIOSSLClientHandler(context: tls, serverHostname: location.nameForTLS))
                        }
                        return try ValkeyConnection(channel, settings: settings)
                    }
                }
        } catch {
            throw ValkeyError(.unavailable, "\(location) can't be reached: \(ValkeyError.line("\(error)"))")
        }
    }

    private static func context(_ location: ValkeyLocation) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        // A server that no longer answers is not waited for at the end.
        configuration.shutdownTimeout = .milliseconds(100)
        if let file = location.authorityFile { configuration.trustRoots = .file(file) }
        return try NIOSSLContext(configuration: configuration)
    }

    private func logIn(
        _ location: ValkeyLocation, _ password: String?, _ settings: ValkeySettings
    ) async throws(ValkeyError) {
        let deadline = NIODeadline.now() + TimeAmount(settings.connectTimeout)
        var hello = ["HELLO", "3"]
        if password != nil || location.user != nil { hello += ["AUTH", location.user ?? "default", password ?? ""] }
        hello += ["SETNAME", settings.name]
        let greeting = try await send(hello.map { Array($0.utf8) }, deadline: deadline)
        if case .error(let failure) = greeting { throw Self.refusal(failure, location) }
        guard let role = greeting[key: "role"]?.text else {
            throw ValkeyError(.refused, "\(location) does not answer as a server with RESP3 does")
        }
        guard role == "master" || role == "primary" else {
            throw ValkeyError(.unavailable, "\(location) only follows another server")
        }
        guard location.database != 0 else { return }
        let select = ["SELECT", "\(location.database)"].map { Array($0.utf8) }
        if case .error(let failure) = try await send(select, deadline: deadline) {
            throw ValkeyError(.refused, "\(location): no such database", serverCode: failure.code)
        }
    }

    /// The server's words are left out: one that does not know the command quotes it, and the password with it.
    private static func refusal(_ failure: RESPFailure, _ location: ValkeyLocation) -> ValkeyError {
        switch failure.code {
        case "WRONGPASS", "NOAUTH", "NOPERM":
            ValkeyError(
                .unauthorized, "\(location) does not accept the name or the password", serverCode: failure.code)
        case "NOPROTO":
            ValkeyError(.refused, "\(location) has no RESP3: Valkey, or Redis 6 or later, is needed")
        case "ERR" where failure.message.hasPrefix("unknown command"):
            ValkeyError(.refused, "\(location) has no RESP3: Valkey, or Redis 6 or later, is needed")
        default:
            ValkeyError(.unavailable, "\(location) is not ready (\(failure.code))", serverCode: failure.code)
        }
    }
}

extension ValkeyLocation {
    /// The name that the certificate must have; `nil` where that is the address itself, which NIOSSL then compares.
    fileprivate var nameForTLS: String? {
        (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    }
}

extension ValkeyError {
    fileprivate var isOfConnection: Bool {
        switch code {
        case .timedOut, .lost, .malformed, .overloaded, .closed, .invalid: true
        case .unavailable, .unauthorized, .refused: false
        }
    }
}
