/// Everything that `lanyard serve` can be told. The raw value is the one name from which the flag, the environment variable
/// and the key in `lanyard.yaml` are made, so that who knows one knows all three.
package enum Setting: String, CaseIterable, Sendable {
    case data
    case admin
    case database
    case databasePasswordFile = "database-password-file"
    case databaseConnections = "database-connections"
    case config
    case adminKeyFile = "admin-key-file"
    case readyFile = "ready-file"
    case trustedProxy = "trusted-proxy"
    case tlsCert = "tls-cert"
    case tlsKey = "tls-key"
    case clientCA = "client-ca"
    case stalenessBound = "staleness-bound"
    case callTimeout = "call-timeout"
    case maxConnections = "max-connections"
    case maxAdminConnections = "max-admin-connections"
    case idleTimeout = "idle-timeout"
    case headerTimeout = "header-timeout"
    case bodyTimeout = "body-timeout"
    case maxHead = "max-head"
    case maxFields = "max-fields"
    case maxBody = "max-body"
    case bodyMemory = "body-memory"
    case drainDelay = "drain-delay"
    case drainTimeout = "drain-timeout"
    case threads
    case cacheMemory = "cache-memory"
    case unknownKeyBudget = "unknown-key-budget"
    case attemptWarning = "attempt-warning"
    case usageByMinute = "usage-by-minute"
    case usageRetention = "usage-retention"
    case logLevel = "log-level"
    case logFormat = "log-format"
    case counters
    case countersPasswordFile = "counters-password-file"

    /// `--admin-key-file`
    package var flag: String { "--" + rawValue }

    /// `LANYARD_ADMIN_KEY_FILE`
    package var environmentVariable: String {
        "LANYARD_" + rawValue.uppercased().replacing("-", with: "_")
    }

    /// `admin_key_file`: names in files are written as in the API's JSON.
    package var fileKey: String { rawValue.replacing("-", with: "_") }

    package static func named(fileKey: String) -> Setting? {
        allCases.first { $0.fileKey == fileKey }
    }
}
