package import LanyardCore

/// Why the word of a proxy isn't taken: which header, and what is wrong with it.
package struct UntrustedProxy: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case missing
        case doubled
        /// It came from an address that isn't named as a proxy's.
        case sender(IPAddress?)
        /// It holds no address where one was expected.
        case noAddress
    }

    package let header: FieldName
    package let reason: Reason

    /// The setting that names whom to trust.
    package static let setting = "--trusted-proxy"

    init(_ header: FieldName, _ reason: Reason) {
        self.header = header
        self.reason = reason
    }

    /// The refusal, with the header and the setting in its detail.
    package var denial: Denial { Denial(.untrustedProxy, .detail(detail)) }

    private var detail: String {
        switch reason {
        case .missing: "The policy's dialect needs the header \(header), which is missing."
        case .doubled: "The header \(header) is there more than once."
        case .sender(let address?):
            "\(header) came from \(address), which is not a trusted proxy: \(Self.setting) names those that are."
        case .sender(nil):
            "\(header) came over a connection without an address; only those that \(Self.setting) names are trusted."
        case .noAddress: "The header \(header) holds no IP address where one is expected."
        }
    }
}
