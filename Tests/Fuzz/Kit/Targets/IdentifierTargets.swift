import LanyardCore

extension FuzzTarget {
    static let identifiers = [identifier, words]

    private static let identifier = FuzzTarget(
        bytes: "identifier",
        seeds: [
            "key_06Fq2mXv9TbLw3ZrYc81Ke", "key_0000000000000000000000", "key_7n42DGM5Tflk9n8mt7Fhc7",
            "key_7n42DGM5Tflk9n8mt7Fhc8", "key_zzzzzzzzzzzzzzzzzzzzzz", "grant_06Fq2nT6bXcVm9LsDw4Guz",
            "proj_06Fq2kWc5NhMx8BtQz92Lp",
        ],
        tokens: ["key_", "grant_", "proj_", "_", "7n42DGM5Tflk9n8mt7Fhc7", "0", "z", "Z", "7", "8"]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let id = KeyID(text) else {
            return isIdentifier(bytes, "key_") ? .broken("the oracle reads it") : .refused
        }
        guard isIdentifier(bytes, "key_") else { return .broken("the oracle does not read it") }
        guard id.description == text, KeyID(id.description) == id else { return .broken("it prints as another text") }
        guard GrantID(text) == nil, ProjectID(text) == nil else { return .broken("it passes for another kind") }
        guard KeyID(high: id.high, low: id.low).description == text else { return .broken("its bits print otherwise") }
        return .accepted
    }

    private static func isIdentifier(_ bytes: [UInt8], _ prefix: String) -> Bool {
        let digits = bytes.dropFirst(prefix.utf8.count)
        return bytes.starts(with: prefix.utf8) && digits.count == 22
            && SecretOracle.value(digits, bytes: 16) != nil
    }

    /// Prefixes, environments, methods, and the places of keys: one word each.
    private static let words = FuzzTarget(
        bytes: "words",
        seeds: [
            "live", "a", "abcdefghijkl", "a0123456789z", "GET", "PATCH", "M-SEARCH", "bearer", "x-api-key", "basic",
            "header:X-Key", "query:key", "body:api_key", "header:" + String(repeating: "a", count: 64),
        ],
        tokens: ["header:", "query:", "body:", ":", "bearer", "GET", "get", "-", "_", "é", "K"]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let isWord = SecretOracle.isWord(bytes)
        guard (SecretPrefix(text) != nil) == isWord, (EnvironmentName(text) != nil) == isWord else {
            return .broken("prefix or environment differ from the oracle")
        }
        let method = HTTPMethodName(text)
        let tokens = Array("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let isMethod = (1...32).contains(bytes.count) && bytes.allSatisfy(tokens.contains)
        guard (method != nil) == isMethod, method.map(\.description) ?? text == text else {
            return .broken("a method differs from the oracle")
        }
        guard let source = KeySource(text) else { return isWord || isMethod ? .accepted : .refused }
        // The name of a header has no case, and is printed in lower case.
        guard KeySource(source.description) == source, source.description.lowercased() == text.lowercased() else {
            return .broken("a place of a key prints as another")
        }
        return .accepted
    }
}
