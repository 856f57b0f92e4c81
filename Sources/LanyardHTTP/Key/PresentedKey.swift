package import LanyardCore

/// What a request presents as its key.
package enum PresentedKey: Sendable {
    case nothing
    /// Two different keys, or one place filled twice with different content.
    case ambiguous
    case text(PresentedText, from: KeySource)

    /// Lends it in the form in which a decision takes it.
    package func withPresented<Result>(_ body: (DecisionRequest.Presented) -> Result) -> Result {
        switch self {
        case .nothing: body(.nothing)
        case .ambiguous: body(.ambiguous)
        case .text(let text, from: _): text.withUnsafeBytes { body(.text($0)) }
        }
    }

    /// This, with what another place holds. `isEarlier` says whether that place goes before this one's.
    func merged(with other: PresentedText, from source: KeySource, isEarlier: Bool) -> PresentedKey {
        switch self {
        case .ambiguous: return .ambiguous
        case .nothing: return .text(other, from: source)
        case .text(let text, from: _):
            if text.isSame(as: other) { return isEarlier ? .text(other, from: source) : self }
            let (mine, theirs) = (Likelihood(text), Likelihood(other))
            // Two different native secrets: whoever guessed which one is meant would guess for an attacker, too.
            if mine == .native, theirs == .native { return .ambiguous }
            return theirs > mine || (theirs == mine && isEarlier) ? .text(other, from: source) : self
        }
    }
}

/// How likely a text is the key, where several places hold one.
private enum Likelihood: Int, Comparable {
    /// No key of any system: too long, or with spaces.
    case none
    /// The form of a signed token (RFC 7515), as users' sessions carry beside an API key.
    case token
    /// Another system's key, perhaps.
    case foreign
    /// The form of a native secret.
    case native

    init(_ text: PresentedText) {
        self = text.withUnsafeBytes { bytes in
            switch SecretShape.inspect(bytes) {
            case .native, .wrongChecksum: .native
            case .foreign: Likelihood.isCompactJWS(bytes) ? .token : .foreign
            case .malformed: Likelihood.none
            }
        }
    }

    static func < (left: Likelihood, right: Likelihood) -> Bool { left.rawValue < right.rawValue }

    /// Three parts with dots between them, the first of which is JSON in base64url: `{"` is `eyJ`.
    private static func isCompactJWS(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: "eyJ".utf8) && bytes.count { $0 == UInt8(ascii: ".") } == 2
    }
}
