import LanyardCore
import Logging
import TestSupport
import Testing

@testable import LanyardServer

@Suite("The configuration")
struct ServerConfigurationTests {
    private func load(
        flags: [Setting: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> ServerConfiguration {
        let directory = try TemporaryFolder()
        var environment = environment
        if let file { environment["LANYARD_CONFIG"] = try directory.write(file, to: "lanyard.yaml") }
        return try ServerConfiguration.load(flags: flags, environment: environment, fileExists: { _ in false })
    }

    /// The problems, with the directory of the test taken out.
    private func problems(
        flags: [Setting: [String]] = [:], environment: [String: String] = [:], file: String? = nil
    ) -> [String] {
        do {
            _ = try load(flags: flags, environment: environment, file: file)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map { line in
                String(line.replacing(#/^.*/lanyard\.yaml/#, with: "lanyard.yaml"))
            }
        }
    }

    @Test("without anything, the defaults of the contract hold")
    func defaults() throws {
        let configuration = try load()
        #expect(configuration.data.description == ":8080")
        #expect(configuration.admin.description == "127.0.0.1:8081")
        #expect(configuration.admin.isLoopback)
        #expect(!configuration.data.isLoopback)
        #expect(configuration.trustedProxies.isEmpty)
        #expect(configuration.tls == nil)
        #expect(configuration.stalenessBound == .seconds(30))
        #expect(configuration.callTimeout == .seconds(600))
        #expect(configuration.limits.connections == 10_000)
        #expect(configuration.limits.idleTimeout == .seconds(75))
        #expect(configuration.limits.headerTimeout == .seconds(10))
        #expect(configuration.limits.bodyTimeout == .seconds(30))
        #expect(configuration.limits.body.bytes == 1 << 20)
        #expect(configuration.limits.drainTimeout == .seconds(10))
        #expect(configuration.logLevel == .info)
    }

    @Test("there is one row for each setting, with help that ends its sentence")
    func table() {
        #expect(SettingDefinition.all.count == Setting.allCases.count)
        #expect(Set(SettingDefinition.all.map(\.setting)) == Set(Setting.allCases))
        for definition in SettingDefinition.all {
            #expect(definition.help.hasSuffix("."), "\(definition.setting)")
            #expect(definition.help.count <= 120, "\(definition.setting)")
        }
    }

    @Test("what is shown as a default is what is read as it", arguments: Setting.allCases)
    func shownDefaults(setting: Setting) throws {
        let definition = try #require(SettingDefinition.of(setting))
        guard let text = definition.defaultText else { return }
        let configuration = try load(flags: [setting: [text]])
        #expect(definition.show(configuration) == text)
    }

    /// A value for every setting that isn't its default, as it is shown.
    private static let samples: [Setting: String] = [
        .data: "127.0.0.1:9000", .admin: "[::1]:0", .database: "sqlite:/tmp/x.sqlite",
        .databasePasswordFile: "db.password", .databaseConnections: "7", .adminKeyFile: "a.key",
        .readyFile: "r.json", .trustedProxy: "10.0.0.0/8", .tlsCert: "c.pem", .tlsKey: "k.pem", .clientCA: "ca.pem",
        .stalenessBound: "5s", .callTimeout: "45s", .maxConnections: "12", .idleTimeout: "90s",
        .headerTimeout: "500ms", .bodyTimeout: "20s", .maxBody: "64KiB", .bodyMemory: "128MiB",
        .maxAdminConnections: "5", .maxHead: "8KiB", .maxFields: "20", .drainTimeout: "0s", .drainDelay: "5s",
        .threads: "3", .cacheMemory: "2GiB", .unknownKeyBudget: "7", .logLevel: "trace", .logFormat: "json",
        .attemptWarning: "0", .usageByMinute: "2d", .usageRetention: "30d",
        .counters: "valkeys://cache:6380/1", .countersPasswordFile: "counters.password",
    ]

    /// TLS's settings only make sense together.
    private func companions(of setting: Setting) -> [Setting: [String]] {
        if setting == .databasePasswordFile { return [.database: ["postgres://lanyard@db/keys"]] }
        if setting == .counters { return [.database: ["postgres://lanyard@db/keys"]] }
        if setting == .countersPasswordFile {
            return [.database: ["postgres://lanyard@db/keys"], .counters: ["valkeys://cache"]]
        }
        guard [.tlsCert, .tlsKey, .clientCA].contains(setting) else { return [:] }
        return [.tlsCert: ["other"], .tlsKey: ["other"]].filter { $0.key != setting }
    }

    @Test("every setting is taken from a flag, else from the environment, else from the file")
    func precedence() throws {
        for setting in Setting.allCases where setting != .config {
            let sample = try #require(Self.samples[setting], "\(setting) has no sample")
            let definition = try #require(SettingDefinition.of(setting))
            let others = companions(of: setting)
            let other =
                definition.defaultText ?? [.trustedProxy: "::1/128", .threads: "9", .counters: "valkey://[::1]"][
                    setting] ?? "x"
            func file(_ text: String) -> String {
                "\(setting.fileKey): " + (definition.kind == .integer ? text : "'\(text)'")
            }

            var flags = others
            flags[setting] = [sample]
            let byFlag = try load(flags: flags, environment: [setting.environmentVariable: other], file: file(other))
            let byVariable = try load(
                flags: others, environment: [setting.environmentVariable: sample], file: file(other))
            let byFile = try load(flags: others, environment: [setting.environmentVariable: ""], file: file(sample))
            for configuration in [byFlag, byVariable, byFile] {
                #expect(definition.show(configuration) == sample, "\(setting)")
            }
        }
    }

    @Test("lists come one by one, separated by commas, or as a list, and never add up over sources")
    func lists() throws {
        let expected = try ["10.0.0.0/8", "2001:db8::/32"].map { try CIDR(parsing: $0) }
        #expect(try load(flags: [.trustedProxy: ["10.0.0.0/8", "2001:db8::/32"]]).trustedProxies == expected)
        let variable = [Setting.trustedProxy.environmentVariable: "10.0.0.0/8, 2001:db8::/32"]
        #expect(try load(environment: variable, file: "trusted_proxy: 192.0.2.1/32").trustedProxies == expected)
        #expect(try load(file: "trusted_proxy:\n  - 10.0.0.0/8\n  - 2001:db8::/32\n").trustedProxies == expected)
        #expect(try load(file: "trusted_proxy: []").trustedProxies == [])
    }

    @Test("variables that are not known are ignored: Kubernetes sets its own")
    func unknownVariables() throws {
        let variables = ["LANYARD_SERVICE_HOST": "10.0.0.1", "LANYARD_PORT": "tcp://10.0.0.1:8080", "LANYARD_URL": "x"]
        #expect(try load(environment: variables).data.description == ":8080")
    }

    @Test("an unknown name in the file is refused, with what was probably meant")
    func unknownNames() {
        for (file, problem) in [
            ("a: 1\nadmim: x", "lanyard.yaml:2: there is no setting 'admim': did you mean 'admin'?"),
            ("max-body: 1MiB", "lanyard.yaml:1: there is no setting 'max-body': did you mean 'max_body'?"),
            ("config: other.yaml", "lanyard.yaml:1: there is no setting 'config'"),
            ("everything: 1", "lanyard.yaml:1: there is no setting 'everything'"),
        ] {
            #expect(problems(file: file).last == problem)
        }
    }

    @Test("values of another kind are refused")
    func kinds() {
        for (file, problem) in [
            ("max_connections: ten", "max_connections: expected a whole number, found text"),
            ("max_connections: '10'", "max_connections: expected a whole number, found text"),
            ("max_connections: 1.5", "max_connections: expected a whole number, found"),
            ("max_connections: [10]", "max_connections: expected a whole number, found a list"),
            ("max_connections: 0x10", "max_connections: '0x10' is no whole number"),
            ("max_connections: -1", "max_connections: '-1' is no whole number"),
            ("max_connections: 99999999999999999999", "'99999999999999999999' is not from 1 to 1000000"),
            ("admin: [x]", "admin: expected text, found a list"),
            ("admin: [::1]:8081", "lanyard.yaml:1: not YAML"),
            ("log_level: 5", "log_level: expected text, found a number (put it in quotation marks)"),
            ("tls_cert: true", "tls_cert: expected text, found true or false (put it in quotation marks)"),
            ("tls_cert:", "tls_cert: expected text, found nothing"),
            ("tls_cert: {a: b}", "tls_cert: expected text, found a mapping"),
            ("trusted_proxy: [10.0.0.0/8, 7]", "trusted_proxy: expected text, found a number"),
            ("[a, b]", "expected settings, one a line: 'name: value'"),
            ("just a text", "expected settings, one a line: 'name: value'"),
            ("? [a]\n: b", "expected a setting's name before ':'"),
        ] {
            let found = problems(file: file)
            #expect(found.count == 1 && found[0].contains(problem), "\(file): \(found)")
        }
    }

    @Test("a file may be empty, or hold comments alone")
    func emptyFiles() throws {
        for file in ["", "# nothing\n", "---\n", "{}"] { #expect(try load(file: file).limits.connections == 10_000) }
    }

    @Test("what is no YAML, or more than plain YAML, is refused with its line and without its text")
    func strictYAML() {
        for (file, problem) in [
            ("data: :1\ndata: :2\n", "set twice: 'data'"),
            ("data: :1\n---\ndata: :2\n", "lanyard.yaml:2: not YAML"),
            ("data: &a :1\nadmin: *a\n", "lanyard.yaml:1: anchors and aliases are not supported"),
            ("# fine: &here\ntrusted_proxy: [*x]", "lanyard.yaml:2: anchors and aliases are not supported"),
            ("data: \"swordfish", "not YAML"),
            ("\tdata: swordfish", "not YAML"),
            ("data: swordfish: x", "not YAML"),
        ] {
            let found = problems(file: file)
            #expect(found.count == 1 && found[0].contains(problem), "\(file): \(found)")
            #expect(!found.joined().contains("swordfish"))
        }
    }

    @Test("a giant nest of brackets is refused, and nothing overflows")
    func deepNesting() {
        #expect(problems(file: String(repeating: "[", count: 100_000)).count == 1)
        #expect(problems(file: String(repeating: "- ", count: 100_000)).count == 1)
    }

    @Test("a file that is too large, missing or no file is refused")
    func unreadableFiles() throws {
        #expect(problems(file: "#" + String(repeating: "x", count: 1 << 20))[0].contains("larger than 1MiB"))
        let missing = problems(environment: ["LANYARD_CONFIG": "/nowhere/x.yaml"])
        #expect(missing == ["/nowhere/x.yaml: no such file or directory"])
        #expect(problems(flags: [.config: ["/dev/null"]]) == ["/dev/null: it is no file"])
    }

    @Test("a file that nobody named is read if it is there")
    func defaultFile() throws {
        let problem = #expect(throws: ConfigurationError.self) {
            try ServerConfiguration.load(flags: [:], environment: [:], fileExists: { $0 == "lanyard.yaml" })
        }
        // There is none where tests run; that it was tried is what shows here.
        #expect(problem?.description == "lanyard.yaml: no such file or directory")
    }

    @Test("every wrong value is told at once, with where it was set")
    func allProblems() {
        let found = problems(
            flags: [.data: ["8080"]], environment: ["LANYARD_ADMIN": "nowhere"],
            file: "idle_timeout: 5 s\nmax_body: 1MB")
        #expect(
            Set(found) == [
                "--data: '8080' has no port: expected \(ListenAddress.form)",
                "LANYARD_ADMIN: 'nowhere' has no port: expected \(ListenAddress.form)",
                "lanyard.yaml:1: idle_timeout: '5 s' is no duration: expected a duration such as \"500ms\", \"90s\", "
                    + "\"5m\", \"24h\" or \"90d\"",
                "lanyard.yaml:2: max_body: '1MB' is no size: expected \(ByteCount.form)",
            ])
    }

    @Test("values out of their range, or in another form, are refused")
    func ranges() {
        for (setting, text) in [
            (Setting.drainTimeout, "11m"), (.headerTimeout, "99ms"), (.maxBody, "1B"), (.maxBody, "1GiB"),
            (.maxConnections, "0"), (.stalenessBound, "0s"), (.callTimeout, "25h"), (.threads, "0"),
            (.cacheMemory, "1KiB"),
            (.idleTimeout, "99999999999999999999s"), (.cacheMemory, "9223372036854775807GiB"), (.unknownKeyBudget, ""),
            (.trustedProxy, "10.0.0.5/8"), (.trustedProxy, "example.org"), (.logLevel, "warn"), (.logFormat, "JSON"),
            (.data, "localhost:65536"), (.data, "1.2.3:80"), (.data, "[::1:80"), (.data, "a b:80"), (.data, "::1:80"),
            (.data, "host:+80"), (.database, "keys.db"), (.database, "sqlite:"), (.database, "sqlite::memory:"),
        ] {
            #expect(problems(flags: [setting: [text]]).count == 1, "\(setting) \(text)")
        }
        #expect(problems(flags: [.logLevel: ["warnin"]])[0].hasSuffix("did you mean 'warning'?"))
    }

    @Test("what belongs together is asked for together")
    func together() {
        #expect(problems(flags: [.tlsCert: ["c"]])[0].hasPrefix("--tls-cert: a certificate needs its private key"))
        #expect(problems(file: "tls_key: k")[0].hasPrefix("lanyard.yaml:1: tls_key: a private key needs"))
        #expect(problems(flags: [.clientCA: ["c"]])[0].hasPrefix("--client-ca: client certificates need TLS"))
        #expect(problems(flags: [.data: ["127.0.0.1:8081"]])[0].hasPrefix("--admin: 127.0.0.1:8081 is the data"))
        #expect(problems(flags: [.data: ["127.0.0.1:0"], .admin: ["127.0.0.1:0"]]).isEmpty)
    }

    @Test("no password has a place in an address, and none is repeated")
    func passwords() {
        for text in ["postgres://lanyard:swordfish@db/keys", "postgresql://x:swordfish@db"] {
            let found = problems(flags: [.database: [text]])
            #expect(found.count == 1 && found[0].contains("a password has no place in an address"))
            #expect(!found.joined().contains("swordfish"))
        }
        for source in ["mysql://root:swordfish@db", "swordfish"] {
            #expect(!problems(environment: ["LANYARD_DATABASE": source]).joined().contains("swordfish"))
        }
        let counters = problems(file: "counters: valkey://:swordfish@cache:6379")
        #expect(counters.count == 1 && counters[0].hasPrefix("lanyard.yaml:1: counters: a password has no place"))
    }

    @Test("counters are for servers that share a database, and their password has a file of its own")
    func counters() throws {
        let database = ["postgres://lanyard@127.0.0.1/keys"]
        let configuration = try load(
            flags: [
                .database: database, .counters: ["valkeys://me@cache.example"], .countersPasswordFile: ["secret.txt"],
            ])
        #expect(configuration.counters?.description == "valkeys://me@cache.example:6379/0")
        #expect(configuration.counters?.passwordFile == "secret.txt")
        #expect(problems(flags: [.counters: ["valkey://127.0.0.1"]])[0].contains("a file to itself counts alone"))
        #expect(problems(flags: [.countersPasswordFile: ["x"]])[0].contains("set --counters too"))
        let plain = problems(flags: [.database: database, .counters: ["valkey://cache.example"]])
        #expect(plain[0].contains("could be read"))
    }

    @Test("a database server is named without a password, which has a file of its own")
    func databaseServer() throws {
        let text = "postgres://lanyard@db.example:6432/keys?connect_timeout=9"
        let configuration = try load(flags: [.database: [text], .databasePasswordFile: ["secret.txt"]])
        #expect(configuration.database.description == "postgres://lanyard@db.example:6432/keys")
        guard case .postgres(_, passwordFile: "secret.txt") = configuration.database else {
            Issue.record("the file is not taken: \(configuration.database)")
            return
        }
        #expect(problems(flags: [.databasePasswordFile: ["x"]])[0].contains("a SQLite file has no password"))
        #expect(problems(flags: [.database: ["postgres://db"]])[0].contains("names no database"))
        #expect(problems(flags: [.database: ["postgres://db/x?nonsense=1"]])[0].contains("libpq can read"))
    }

    @Test("a secret in the wrong place is not repeated")
    func misplacedSecret() {
        let secret = "lyd_live_" + String(repeating: "0", count: 49)
        for setting in Setting.allCases {
            #expect(!problems(flags: [setting: [secret]]).joined().contains("0000"), "\(setting)")
        }
        #expect(!problems(file: "\(secret): 1").joined().contains("0000"))
        #expect(!problems(file: "log_level: \(String(repeating: "x", count: 70))\(secret)").joined().contains("lyd_"))
    }
}
