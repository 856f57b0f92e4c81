package import Logging
import NIOCore
package import NIOSSL
import ServiceLifecycle
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A server's certificate and key, read from files, and read again when they change: a renewed certificate serves from the
/// next handshake on, without a restart.
///
/// Run it as a service. Files that can't be read, or don't belong together, leave what was there before in place and are
/// logged as errors, once for each change of the files.
package final class TLSCertificateSource: Service {
    /// The certificate's chain, PEM, the server's own first.
    package let certificatePath: String
    /// The private key, PEM.
    package let keyPath: String

    private let interval: Duration
    private let logger: Logger
    private let content: Mutex<Content>

    private struct Content {
        var pair: Pair
        var stamps: [FileStamp?]
    }

    private struct Pair {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource

        var override: NIOSSLContextConfigurationOverride {
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = chain
            override.privateKey = key
            return override
        }
    }

    /// Reads both files.
    /// - Throws: What `NIOSSL` throws for files that can't be read or don't belong together.
    package init(
        certificatePath: String, keyPath: String, interval: Duration = .seconds(5), logger: Logger
    ) throws {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.interval = interval
        self.logger = logger
        // The stamps come first: a change while the files are read is then seen as one.
        let stamps = [FileStamp(certificatePath), FileStamp(keyPath)]
        content = Mutex(Content(pair: try Self.load(certificatePath, keyPath), stamps: stamps))
    }

    /// A server's configuration whose every handshake takes the certificate that is current then.
    package func serverConfiguration() -> TLSConfiguration {
        let pair = content.withLock { $0.pair }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain, privateKey: pair.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.sslContextCallback = { [self] _, promise in
            promise.succeed(content.withLock { $0.pair.override })
        }
        return configuration
    }

    /// Looks at the files from time to time, until the service group shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: self.interval)
                } catch {
                    return  // Cancelled: time to shut down.
                }
                self.reloadIfChanged()
            }
        }
    }

    /// Reads the files anew if either has changed. Blocks for as long as the disk takes.
    package func reloadIfChanged() {
        let stamps = [FileStamp(certificatePath), FileStamp(keyPath)]
        guard content.withLock({ $0.stamps != stamps }) else { return }
        do {
            let pair = try Self.load(certificatePath, keyPath)
            content.withLock { $0 = Content(pair: pair, stamps: stamps) }
            logger.notice("a new certificate serves", metadata: ["certificate": "\(certificatePath)"])
        } catch {
            content.withLock { $0.stamps = stamps }
            logger.error(
                "a changed certificate can't be used, the old one stays",
                metadata: ["certificate": "\(certificatePath)", "key": "\(keyPath)", "reason": "\(error)"])
        }
    }

    private static func load(_ certificatePath: String, _ keyPath: String) throws -> Pair {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
        let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        let pair = Pair(chain: chain.map { .certificate($0) }, key: .privateKey(key))
        // A context can only be made of a certificate and its own key: better to learn it here than in a handshake.
        _ = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: pair.chain, privateKey: pair.key))
        return pair
    }
}

/// What tells one content of a file from the next without reading it.
private struct FileStamp: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int64
    let nanoseconds: Int64

    /// `nil` where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Darwin)
            seconds = Int64(status.st_mtimespec.tv_sec)
            nanoseconds = Int64(status.st_mtimespec.tv_nsec)
        #else
            seconds = Int64(status.st_mtim.tv_sec)
            nanoseconds = Int64(status.st_mtim.tv_nsec)
        #endif
    }
}
