import LanyardDataPlane
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension LanyardServer {
    /// Serves until SIGTERM or SIGINT, as a process of its own: what `lanyard serve` does.
    ///
    /// The first such signal ends it in order; a second one at once. SIGHUP reads the certificates again.
    /// - Throws: ``StartFailure``.
    package static func serve(
        _ configuration: ServerConfiguration, telemetry: ServerTelemetry
    ) async throws(StartFailure) {
        prepareProcess(configuration, telemetry)
        let server = try await open(configuration, telemetry: telemetry)
        try await server.run(trapping: [.sigterm, .sigint, .sighup])
    }

    /// What belongs to the whole process, and so has no place in `open`.
    private static func prepareProcess(_ configuration: ServerConfiguration, _ telemetry: ServerTelemetry) {
        telemetry.bootstrapProcess()
        // A reader of the log that goes away must not take the server with it.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow (`ulimit -f`) is as a full disk: an error of the write, and no reason to die.
        signal(SIGXFSZ, SIG_IGN)
        // What the server makes is nobody else's, unless it says so.
        umask(0o077)
        let connections = configuration.limits.connections + configuration.limits.adminConnections
        let room = OpenFileLimit.raise(forConnections: connections)
        if room < connections {
            let flags = "\(Setting.maxConnections.flag) and \(Setting.maxAdminConnections.flag)"
            telemetry.logger("lanyard.server").warning(
                "this process may not open as many files as \(flags) ask for",
                metadata: ["room_for_connections": "\(room)", "raise": "ulimit -n, or LimitNOFILE in systemd"])
        }
    }

    private func run(trapping signals: [UnixSignal]) async throws(StartFailure) {
        let group = makeGroup(onReady: { _ in })
        let failure: StartFailure? = await withTaskGroup(of: StartFailure?.self) { tasks in
            let caught = await UnixSignalsSequence(trapping: signals)
            tasks.addTask {
                await handle(caught, group)
                return nil
            }
            let failure = await Self.failure(of: group)
            tasks.cancelAll()
            return failure
        }
        try await finish(failure)
    }

    /// Closes the store when everything else has ended; the first thing that went wrong is the one to tell.
    func finish(_ failure: StartFailure?) async throws(StartFailure) {
        do {
            try await close()
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
        logger.notice("lanyard has ended")
    }

    /// Runs the services to their end.
    static func failure(of group: ServiceGroup) async -> StartFailure? {
        do {
            try await group.run()
            return nil
        } catch is CancellationError {
            // The end took longer than it may, and was cut short.
            return nil
        } catch {
            return .unexpected(error)
        }
    }

    /// Signals this close to each other are one wish: a supervisor that signals a process and then its group, and a
    /// terminal whose Ctrl-C a wrapper passes on, send two for one.
    private static let oneWish = Duration.seconds(1)

    private func handle(_ signals: UnixSignalsSequence, _ group: ServiceGroup) async {
        var endingSince: ContinuousClock.Instant?
        for await signal in signals {
            if signal == .sighup {
                logger.notice("reading the certificates again")
                certificates?.reloadIfChanged()
            } else if let endingSince {
                guard ContinuousClock.now - endingSince > Self.oneWish else { continue }
                logger.critical("ended at once by a second signal", metadata: ["signal": "\(signal)"])
                _exit(1)
            } else {
                endingSince = .now
                logger.notice("ending", metadata: ["signal": "\(signal)"])
                await group.triggerGracefulShutdown()
            }
        }
    }
}
