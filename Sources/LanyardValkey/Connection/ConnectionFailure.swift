import Foundation
import NIOCore
import NIOPosix
import NIOSSL

// # Why there is no connection, in few words
//
// What the libraries below say is long, and comes to the point at its end, where a line of the log is cut off. So what an
// operator can mend is told here in words of our own: a certificate, a name, a server that speaks no TLS. None of these
// holds anything that was sent.

extension ValkeyError {
    /// Why a connection could not be made, or has ended: a sentence's part.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError: reason(error)
        case ChannelError.connectTimeout: "nobody answers"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOSSLError: reason(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "its certificate is another name's"
        default: line("\(error)")
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.last { return reason(failure.error) }
        return "the name is not known"
    }

    private static func reason(_ error: NIOSSLError) -> String {
        guard case .handshakeFailed(let failure) = error else {
            return error == .uncleanShutdown ? "the server ended the connection" : "TLS failed: \(error)"
        }
        // The library has no other way to tell these apart.
        let text = "\(failure)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "nobody who is trusted here vouches for its certificate, or that has expired"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS" }
        if text.contains("EOF during handshake") { return "it ended the connection before TLS was agreed on" }
        let code = text.split(separator: "OPENSSL_internal:").dropFirst().first?.split(separator: " ").first
        return "TLS failed\(code.map { ": \($0)" } ?? "")"
    }
}
