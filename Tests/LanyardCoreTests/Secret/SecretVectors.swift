import Foundation
import LanyardCore
import Testing

/// The fixed vectors of `vectors/secrets.json`, which other languages read too.
struct SecretVectors: Decodable {
    struct Valid: Decodable, CustomTestStringConvertible {
        let name: String
        let prefix: String
        let environment: String
        let seed: String
        let secret: String
        let sha256: String
        let publicKey: String
        let hint: String

        var testDescription: String { name }
        var seedBytes: [UInt8] { [UInt8](hexadecimal: seed) }
    }

    struct Invalid: Decodable, CustomTestStringConvertible {
        let name: String
        let text: String
        let shape: String

        var testDescription: String { name }
    }

    struct Checksum: Decodable {
        let text: String
        let crc32: String
    }

    let valid: [Valid]
    let invalid: [Invalid]
    let crc32: [Checksum]

    static let all: SecretVectors = {
        do {
            guard let url = Bundle.module.url(forResource: "secrets", withExtension: "json", subdirectory: "vectors")
            else { throw CocoaError(.fileNoSuchFile) }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(SecretVectors.self, from: Data(contentsOf: url))
        } catch {
            fatalError("The vectors can't be read: \(error)")  // without them, the tests would pass on nothing
        }
    }()
}

extension [UInt8] {
    init(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Hexadecimal.value(of: $0) }
        self = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
