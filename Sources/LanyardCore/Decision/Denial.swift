/// A refusal: a value, not an error. It says why in a stable code, and what would fix it.
public struct Denial: Sendable {
    /// The reason.
    public let code: DenialCode
    /// What the reason needs to be told in full; texts are made from it only when somebody reads them.
    package let context: Context

    package enum Context: Sendable {
        case none
        /// The smallest expression that, if granted, would do.
        case missingScope(String)
        /// A moment that matters: expiry, not-before, end of grace.
        case moment(Timestamp)
        /// A full limit, and when the request would fit; `nil` if never.
        case limit(LimitReading, retryAfterMilliseconds: Int64?)
        /// A quota that has not enough left in its period, and when the next period begins; `nil` if waiting never helps.
        /// Indirect, so that denials and decisions of every other kind stay as small as they are.
        indirect case quota(QuotaStatus, retryAfterMilliseconds: Int64?)
        /// The bound on calls in flight; `canFinish` is false where the way in could never end the call.
        case inFlight(maximum: Int32, canFinish: Bool)
        /// What was demanded and is not so.
        case demanded(String)
        /// Why a path is no canonical path.
        case path(PathError)
        /// What is wrong in the request, in one sentence.
        case detail(String)
        /// A wait.
        case wait(milliseconds: Int64)
    }

    package init(_ code: DenialCode, _ context: Context = .none) {
        self.code = code
        self.context = context
    }
}

/// Two denials are equal if their codes are: prose may change.
extension Denial: Equatable {
    /// Compares codes.
    public static func == (left: Denial, right: Denial) -> Bool {
        left.code == right.code
    }
}

extension Denial {
    /// The scope that is missing, as the smallest expression that would do.
    public var missingScope: String? {
        if case .missingScope(let expression) = context { expression } else { nil }
    }

    /// How long to wait before the same request could be granted; `nil` if waiting does not help.
    public var retryAfter: Duration? {
        retryAfterMilliseconds.map { .milliseconds($0) }
    }

    package var retryAfterMilliseconds: Int64? {
        switch context {
        case .limit(_, let milliseconds): milliseconds
        case .quota(_, let milliseconds): milliseconds
        case .wait(let milliseconds): milliseconds
        case .none, .missingScope, .moment, .inFlight, .demanded, .path, .detail: nil
        }
    }

    /// The limit that was full.
    public var violated: LimitStatus? {
        if case .limit(let reading, _) = context { reading.status } else { nil }
    }

    /// The quota that was used up.
    public var violatedQuota: QuotaStatus? {
        if case .quota(let status, _) = context { status } else { nil }
    }
}

extension Denial: CustomStringConvertible {
    /// `code: detail`.
    public var description: String { "\(code.text): \(detail)" }
}
