import LanyardHTTP
import NIOHTTP1

/// The fields of a parsed head, as the rules of HTTP read them.
struct RequestFields: HeaderFields {
    let headers: HTTPHeaders

    init(_ head: HTTPRequestHead) {
        headers = head.headers
    }

    func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for (name, value) in headers { body(name, value) }
    }

    /// The value of a field that may be there once; `nil` if it isn't there, or more than once.
    func single(_ name: FieldName) -> String? {
        var found: String?
        var isDoubled = false
        forEachField { candidate, value in
            guard name.matches(candidate) else { return }
            if found != nil { isDoubled = true }
            found = value
        }
        return isDoubled ? nil : found
    }
}
