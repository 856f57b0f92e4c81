import LanyardCore
import LanyardEngine
import LanyardHTTP

/// What reads the requests that a policy judges, made once for each policy and event loop.
struct PolicyReaders {
    /// A policy, and where it reads keys and original requests from.
    final class Entry {
        let policy: PreparedPolicy
        let keys: KeyReader
        let forwarded: ForwardedRequestReader

        init(_ policy: PreparedPolicy, trustedProxies: CIDRSet) {
            self.policy = policy
            keys = KeyReader(policy.record.keyFrom)
            forwarded = ForwardedRequestReader(policy.record.dialect, trustedProxies: trustedProxies)
        }
    }

    private let trustedProxies: CIDRSet
    /// By the identity of the demand, which a changed policy makes anew; an entry keeps its demand alive, so that no other
    /// can come to lie in its place.
    private var entries: [ObjectIdentifier: Entry] = [:]

    /// Beyond it all are made anew. Policies that are gone are forgotten that way.
    private static let most = 1024

    init(trustedProxies: CIDRSet) {
        self.trustedProxies = trustedProxies
    }

    mutating func readers(for policy: PreparedPolicy) -> Entry {
        let identity = ObjectIdentifier(policy.demand)
        if let entry = entries[identity] { return entry }
        if entries.count >= Self.most { entries.removeAll() }
        let entry = Entry(policy, trustedProxies: trustedProxies)
        entries[identity] = entry
        return entry
    }
}
