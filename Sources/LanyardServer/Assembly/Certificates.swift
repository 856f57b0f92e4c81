import LanyardDataPlane
import Logging
import NIOSSL

/// Reads certificates, and says in a sentence what is wrong with them.
enum Certificates {
    /// More than any chain or key has.
    private static let largest = 1 << 20

    static func source(
        _ files: ServerConfiguration.TLSFiles?, logger: Logger
    ) throws(StartFailure) -> TLSCertificateSource? {
        guard let files else { return nil }
        try check(files.certificate, "certificate", .tlsCert) { try NIOSSLCertificate.fromPEMBytes($0) }
        try check(files.privateKey, "private key", .tlsKey) { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
        if let authorities = files.clientAuthorities {
            try check(authorities, "client authorities", .clientCA) { try NIOSSLCertificate.fromPEMBytes($0) }
        }
        do {
            return try TLSCertificateSource(
                certificatePath: files.certificate, keyPath: files.privateKey, logger: logger)
        } catch {
            // Each can be read by itself.
            let reason = "it is not the key of the certificate in \(files.certificate)"
            throw .certificate("private key", files.privateKey, reason, .tlsKey)
        }
    }

    private static func check<Parsed>(
        _ path: String, _ what: String, _ setting: Setting, _ parse: ([UInt8]) throws -> Parsed
    ) throws(StartFailure) {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, atMost: largest)
        } catch {
            throw .certificate(what, path, error.description, setting)
        }
        do {
            _ = try parse(bytes)
        } catch {
            throw .certificate(what, path, "it is no \(what) in PEM form", setting)
        }
    }
}
