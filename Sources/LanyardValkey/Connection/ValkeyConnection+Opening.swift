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
            throw error
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
            if let error = error as? ValkeyError { throw error }
            throw ValkeyError(.unavailable, "\(location) can't be reached: \(ValkeyError.reason(error))")
        }
    }

    private static func context(_ location: ValkeyLocation) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        // A server that no longer answers is not waited for at the end.
        configuration.shutdownTimeout = .milliseconds(100)
        guard let file = location.authorityFile else { return try NIOSSLContext(configuration: configuration) }
        configuration.trustRoots = .file(file)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ValkeyError(.unavailable, "the certificates of authorities in \(file) can't be read")
        }
    }

    private func logIn(
        _ location: ValkeyLocation, _ password: String?, _ settings: ValkeySettings
    ) async throws(ValkeyError) {
        let deadline = NIODeadline.now() + TimeAmount(settings.connectTimeout)
        var hello = ["HELLO", "3"]
        if password != nil || location.user != nil { hello += ["AUTH", location.user ?? "default", password ?? ""] }
        hello += ["SETNAME", settings.name]
        let greeting = try await ask(hello, location, by: deadline)
        if case .error(let failure) = greeting { throw Self.refusal(failure, location) }
        guard let role = greeting[key: "role"]?.text else {
            throw ValkeyError(.refused, "\(location) does not answer as a server with RESP3 does")
        }
        guard role == "master" || role == "primary" else {
            throw ValkeyError(.unavailable, "\(location) only follows another server")
        }
        guard location.database != 0 else { return }
        if case .error(let failure) = try await ask(["SELECT", "\(location.database)"], location, by: deadline) {
            throw ValkeyError(.refused, "\(location): no such database", serverCode: failure.code)
        }
    }

    private func ask(
        _ words: [String], _ location: ValkeyLocation, by deadline: NIODeadline
    ) async throws(ValkeyError) -> RESPValue {
        do throws(ValkeyError) {
            return try await send(words.map { Array($0.utf8) }, deadline: deadline)
        } catch {
            throw ValkeyError(
                .unavailable, "\(location): the login failed: \(error.context)\(Self.suspicion(error.code, location))")
        }
    }

    /// What may be wrong where one end speaks TLS and the other does not, and neither says so: a server without it waits
    /// for the end of what it takes for a command, and one with it hangs up.
    private static func suspicion(_ code: ValkeyError.Code, _ location: ValkeyLocation) -> String {
        switch code {
        case .timedOut: location.isEncrypted ? "; it may not speak TLS, as valkeys:// demands" : ""
        case .lost, .malformed: location.isEncrypted ? "" : "; it may demand TLS: valkeys://"
        case .unavailable, .overloaded, .closed, .invalid, .unauthorized, .refused: ""
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
