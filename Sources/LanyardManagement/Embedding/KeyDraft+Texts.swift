import Foundation
import LanyardCore

extension KeyDraft {
    /// Reads what an embedding service has written as text; everything that does not parse is named.
    mutating func read(
        scopes: [String], ipAllowlist: [String], methods: [String], paths: [String]
    ) throws(ManagementError) {
        var problems = FieldProblems()
        for (index, text) in scopes.enumerated() {
            do {
                self.scopes.append(try Scope(parsing: text))
            } catch {
                problems.add("/scopes/\(index)", error.description)
            }
        }
        for (index, text) in ipAllowlist.enumerated() {
            do {
                self.ipAllowlist.append(try CIDR(parsing: text))
            } catch {
                problems.add("/ip_allowlist/\(index)", error.description)
            }
        }
        for (index, text) in methods.enumerated() {
            if let method = HTTPMethodName(text) {
                self.methods.append(method)
            } else {
                problems.add("/methods/\(index)", "expected an HTTP method in capitals")
            }
        }
        for (index, text) in paths.enumerated() {
            do {
                self.paths.append(try PathPattern(parsing: text))
            } catch {
                problems.add("/paths/\(index)", error.description)
            }
        }
        try problems.throwIfAny()
    }
}

extension Metadata {
    init(members: [String: String]) throws {
        guard !members.isEmpty else {
            self = .empty
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(json: String(decoding: try encoder.encode(members), as: UTF8.self))
    }
}
