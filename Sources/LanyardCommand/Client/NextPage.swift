import NIOHTTP1

/// Where an answer that is no list goes on: a `Link` to the next page (RFC 8288).
enum NextPage {
    /// The query that asks for it; nil where there is none. Only the query is believed: the key that is sent along goes
    /// nowhere but where the user has pointed the program.
    static func query(_ headers: HTTPHeaders) -> String? {
        headers["Link"].lazy.compactMap { link in
            link.firstMatch(of: /<[^<>?]*\?([^<>]*)>\s*;\s*rel="?next"?/).map { String($0.1) }
        }.first
    }
}
