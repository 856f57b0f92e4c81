import LanyardCore
import LanyardStorage

/// What an operator may have set without seeing what follows from it. Nothing is refused; each is told at the start.
enum RiskySettings {
    /// Sentences about the configuration.
    static func warnings(_ configuration: ServerConfiguration) -> [String] {
        var warnings: [String] = []
        if !configuration.admin.isLoopback, configuration.tls == nil {
            warnings.append(
                "the admin listener is on \(configuration.admin) without TLS: admin secrets cross the network in the "
                    + "clear; set \(Setting.tlsCert.flag) and \(Setting.tlsKey.flag), or listen on 127.0.0.1")
        }
        for proxy in configuration.trustedProxies where proxy.prefixLength == 0 {
            warnings.append(
                "\(Setting.trustedProxy.flag) \(proxy) trusts everybody: whoever connects can claim any address, method "
                    + "and path; name your proxies' networks")
        }
        if AdminKeyFile(path: configuration.adminKeyFile).isReadableByOthers {
            warnings.append("others may read \(configuration.adminKeyFile), which holds an admin secret: chmod 600 it")
        }
        return warnings
    }

    /// Sentences about the stored policies, which go by their ids: a log should not tell names.
    static func warnings(_ store: any Store) async throws -> [String] {
        let policies = try await store.read { try $0.policies(page: Page(limit: RecordBounds.policies)) }
        return policies.compactMap { policy in
            let readsQuery = policy.keyFrom.contains { source in
                if case .query = source { true } else { false }
            }
            guard readsQuery else { return nil }
            return "policy \(policy.id) reads keys from the query: they end up in the logs of every hop before this one"
        }
    }
}
