import ArgumentParser
import LanyardServer

/// `lanyard serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        usage: "lanyard serve [<options>]",
        discussion: """
            Keeps everything in one SQLite file, which one server at a time has open, or in a PostgreSQL database, \
            which many share. The first start makes an admin key and writes its secret to the file that \
            --admin-key-file names, readable for you alone; the other commands read it there.

            Every option can also be set in the environment, as LANYARD_MAX_BODY for --max-body, or in lanyard.yaml, as \
            max_body. An option wins over the environment, and that over the file. Durations are written 500ms, 90s, \
            5m or 24h; sizes 64KiB, 1MiB or 2GiB.

            SIGTERM or Ctrl-C ends it: no new connections, calls under way are answered, everything is saved. A second \
            one ends it at once. SIGHUP reads the certificate again. Exit status: 0 ended, 1 failed, 2 wrong options.

            EXAMPLES:
              lanyard serve
              lanyard serve --database sqlite:/var/lib/lanyard/lanyard.sqlite \\
                --trusted-proxy 10.0.0.0/8 --log-format json
              lanyard serve --database postgres://lanyard@db/lanyard
              lanyard serve --data 127.0.0.1:0 --admin 127.0.0.1:0 --ready-file ready.json
            """)

    @OptionGroup(title: "Listening") var listening: Listening
    @OptionGroup(title: "Keeping") var keeping: Keeping
    @OptionGroup(title: "TLS") var tls: TLS
    @OptionGroup(title: "Bounds") var bounds: Bounds
    @OptionGroup(title: "Logging") var logging: Logging

    struct Listening: ParsableArguments {
        @Option(name: .of(.data), help: .of(.data)) var data: String?
        @Option(name: .of(.admin), help: .of(.admin)) var admin: String?
        @Option(name: .of(.trustedProxy), help: .of(.trustedProxy)) var trustedProxy: [String] = []
        @Option(name: .of(.readyFile), help: .of(.readyFile), completion: .file()) var readyFile: String?
    }

    struct Keeping: ParsableArguments {
        @Option(name: .of(.database), help: .of(.database)) var database: String?
        @Option(name: .of(.databasePasswordFile), help: .of(.databasePasswordFile), completion: .file())
        var databasePasswordFile: String?
        @Option(name: .of(.databaseConnections), help: .of(.databaseConnections)) var databaseConnections: String?
        @Option(name: .of(.adminKeyFile), help: .of(.adminKeyFile), completion: .file()) var adminKeyFile: String?
        @Option(name: .of(.config), help: .of(.config), completion: .file()) var config: String?
        @Option(name: .of(.usageByMinute), help: .of(.usageByMinute)) var usageByMinute: String?
        @Option(name: .of(.usageRetention), help: .of(.usageRetention)) var usageRetention: String?
        @Option(name: .of(.counters), help: .of(.counters)) var counters: String?
        @Option(name: .of(.countersPasswordFile), help: .of(.countersPasswordFile), completion: .file())
        var countersPasswordFile: String?
    }

    struct TLS: ParsableArguments {
        @Option(name: .of(.tlsCert), help: .of(.tlsCert), completion: .file()) var tlsCert: String?
        @Option(name: .of(.tlsKey), help: .of(.tlsKey), completion: .file()) var tlsKey: String?
        @Option(name: .of(.clientCA), help: .of(.clientCA), completion: .file()) var clientCA: String?
    }

    struct Bounds: ParsableArguments {
        @Option(name: .of(.maxConnections), help: .of(.maxConnections)) var maxConnections: String?
        @Option(name: .of(.idleTimeout), help: .of(.idleTimeout)) var idleTimeout: String?
        @Option(name: .of(.headerTimeout), help: .of(.headerTimeout)) var headerTimeout: String?
        @Option(name: .of(.bodyTimeout), help: .of(.bodyTimeout)) var bodyTimeout: String?
        @Option(name: .of(.maxBody), help: .of(.maxBody)) var maxBody: String?
        @Option(name: .of(.drainTimeout), help: .of(.drainTimeout)) var drainTimeout: String?
        @Option(name: .of(.threads), help: .of(.threads)) var threads: String?
        @Option(name: .of(.cacheMemory), help: .of(.cacheMemory)) var cacheMemory: String?
        @Option(name: .of(.unknownKeyBudget), help: .of(.unknownKeyBudget)) var unknownKeyBudget: String?
        @Option(name: .of(.stalenessBound), help: .of(.stalenessBound)) var stalenessBound: String?
        @Option(name: .of(.callTimeout), help: .of(.callTimeout)) var callTimeout: String?
    }

    struct Logging: ParsableArguments {
        @Option(name: .of(.logLevel), help: .of(.logLevel)) var logLevel: String?
        @Option(name: .of(.logFormat), help: .of(.logFormat)) var logFormat: String?
        @Option(name: .of(.attemptWarning), help: .of(.attemptWarning)) var attemptWarning: String?
    }

    func run() async throws {
        let configuration = try configuration(console: .current)
        do {
            try await LanyardServer.serve(configuration, telemetry: ServerTelemetry(configuration))
        } catch {
            throw CommandFailure(error)
        }
    }

    /// All that was set, wherever it was; everything that is wrong with it is told.
    func configuration(console: Console) throws(CommandFailure) -> ServerConfiguration {
        do {
            return try ServerConfiguration.load(flags: flags, environment: console.environment)
        } catch {
            for problem in error.problems.dropLast() {
                console.note(console.errorStyle.inked("error:", .bad) + " " + TextWidth.printable(problem.description))
            }
            throw .usage(error.problems.last?.description ?? "The configuration can't be used.")
        }
    }

    /// What stands on the command line, by setting.
    var flags: [Setting: [String]] {
        let single: [Setting: String?] = [
            .data: listening.data, .admin: listening.admin, .readyFile: listening.readyFile,
            .database: keeping.database, .databasePasswordFile: keeping.databasePasswordFile,
            .databaseConnections: keeping.databaseConnections, .adminKeyFile: keeping.adminKeyFile,
            .config: keeping.config,
            .usageByMinute: keeping.usageByMinute, .usageRetention: keeping.usageRetention,
            .attemptWarning: logging.attemptWarning, .counters: keeping.counters,
            .countersPasswordFile: keeping.countersPasswordFile, .tlsCert: tls.tlsCert,
            .tlsKey: tls.tlsKey, .clientCA: tls.clientCA,
            .maxConnections: bounds.maxConnections, .idleTimeout: bounds.idleTimeout,
            .headerTimeout: bounds.headerTimeout, .bodyTimeout: bounds.bodyTimeout, .maxBody: bounds.maxBody,
            .drainTimeout: bounds.drainTimeout,
            .threads: bounds.threads, .cacheMemory: bounds.cacheMemory, .unknownKeyBudget: bounds.unknownKeyBudget,
            .stalenessBound: bounds.stalenessBound, .callTimeout: bounds.callTimeout,
            .logLevel: logging.logLevel, .logFormat: logging.logFormat,
        ]
        var flags = single.compactMapValues { text in text.map { [$0] } }
        flags[.trustedProxy] = listening.trustedProxy
        return flags
    }
}

extension NameSpecification {
    /// A setting's flag.
    fileprivate static func of(_ setting: Setting) -> NameSpecification { .customLong(setting.rawValue) }
}

extension ArgumentHelp {
    /// A setting's row in the table, with its default.
    static func of(_ setting: Setting) -> ArgumentHelp {
        guard let definition = SettingDefinition.of(setting) else { return .hidden }
        let standard = definition.defaultText.map { " (default: \($0))" } ?? ""
        return ArgumentHelp("\(definition.help)\(standard)", valueName: definition.placeholder)
    }
}

extension CommandFailure {
    /// What kept a server, or a command that works on its database, from doing its work.
    init(_ failure: StartFailure) {
        self = .local(failure.sentence, fix: failure.fix)
    }
}
