import NIOSSL

/// The files that a secure connection is made with.
struct TLSFiles {
    let authorities: String?
    let certificate: String?
    let privateKey: String?

    init(authorities: String?, certificate: String?, privateKey: String?) throws(CommandFailure) {
        guard (certificate == nil) == (privateKey == nil) else {
            throw .usage("--client-cert and --client-key go together.")
        }
        self.authorities = authorities
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// Nil where the standard will do: the system's authorities, and no certificate of our own.
    func configuration(console: Console) throws(CommandFailure) -> TLSConfiguration? {
        guard authorities != nil || certificate != nil else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authorities {
            tls.trustRoots = .certificates(try certificates(authorities))
        }
        if let certificate, let privateKey {
            tls.certificateChain = try certificates(certificate).map { .certificate($0) }
            let bytes = try PrivateFile.read(privateKey, what: "The client's private key", console: console)
            do {
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: bytes, format: .pem))
            } catch {
                throw .local("\(privateKey) holds no private key as PEM that can be used.", fix: nil)
            }
        }
        return tls
    }

    private func certificates(_ path: String) throws(CommandFailure) -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw .local("\(path) can't be read, or holds no certificates as PEM.", fix: nil)
        }
    }
}
