import LanyardCore
import NIOHTTP1

/// What a request asks for, by its path alone.
enum Route: Equatable {
    case authorize
    /// Both are places in the path, in bytes; the suffix has its slash.
    case authorizeByPolicy(name: Range<Int>, suffix: Int)
    case verify
    case verifyBatch
    case finish
    case ownKey
    case rotateOwnKey
    case revokeOwnKey
    case health
    case readiness

    /// The route of a path as it was sent. Nothing is decoded: no route's name needs it, and what is encoded is none.
    init?(path: UnsafeRawBufferPointer) {
        // Lengths first: they tell most routes apart.
        if path.count >= Self.authorizeText.utf8CodeUnitCount, path.begins(with: Self.authorizeText) {
            guard let route = Self.authorize(path) else { return nil }
            self = route
            return
        }
        switch path.count {
        case 7 where path.begins(with: "/readyz"): self = .readiness
        case 8 where path.begins(with: "/healthz"): self = .health
        case 8 where path.begins(with: "/v1/self"): self = .ownKey
        case 10 where path.begins(with: "/v1/verify"): self = .verify
        case 10 where path.begins(with: "/v1/finish"): self = .finish
        case 15 where path.begins(with: "/v1/self/rotate"): self = .rotateOwnKey
        case 15 where path.begins(with: "/v1/self/revoke"): self = .revokeOwnKey
        case 16 where path.begins(with: "/v1/verify/batch"): self = .verifyBatch
        default: return nil
        }
    }

    private static let authorizeText: StaticString = "/v1/authorize"
    private static let policyText: StaticString = "/v1/authorize/p/"

    private static func authorize(_ path: UnsafeRawBufferPointer) -> Route? {
        if path.count == authorizeText.utf8CodeUnitCount { return .authorize }
        let start = policyText.utf8CodeUnitCount
        guard path.count > start, path.begins(with: policyText) else { return nil }
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        return end == start ? nil : .authorizeByPolicy(name: start..<end, suffix: end)
    }

    /// The methods that it answers; `nil` for every one.
    var methods: [HTTPMethod]? {
        switch self {
        case .authorize, .authorizeByPolicy: nil
        case .verify, .verifyBatch, .finish, .rotateOwnKey, .revokeOwnKey: [.POST]
        case .ownKey, .health, .readiness: [.GET, .HEAD]
        }
    }

    /// As it stands in logs: the names in a path may be anything that a client sends.
    var text: String {
        switch self {
        case .authorize: "/v1/authorize"
        case .authorizeByPolicy: "/v1/authorize/p/{policy}"
        case .verify: "/v1/verify"
        case .verifyBatch: "/v1/verify/batch"
        case .finish: "/v1/finish"
        case .ownKey: "/v1/self"
        case .rotateOwnKey: "/v1/self/rotate"
        case .revokeOwnKey: "/v1/self/revoke"
        case .health: "/healthz"
        case .readiness: "/readyz"
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the first bytes are `text`, of which there are enough.
    @inline(__always)
    fileprivate func begins(with text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        return part(0..<length).holdsSameBytes(as: UnsafeRawBufferPointer(start: text.utf8Start, count: length))
    }
}
