import LanyardHTTP

/// Fields as a test writes them down.
struct FieldList: HeaderFields, ExpressibleByDictionaryLiteral {
    var fields: [(String, String)]

    init(dictionaryLiteral elements: (String, String)...) {
        fields = elements
    }

    func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for (name, value) in fields { body(name, value) }
    }
}
