/// The members of a JSON object in the order in which they were written. A name occurs once: the parser refuses others.
package struct JSONObject: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package let members: [Member]

    /// - Parameter members: their names differ; where they don't, a look-up finds the first.
    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// The value of the member of that name. Linear: the objects of this API have a few dozen members at most.
    package subscript(name: String) -> JSONValue? {
        index(of: name).map { members[$0].value }
    }

    package func index(of name: String) -> Int? {
        members.firstIndex { $0.isNamed(name) }
    }
}

extension JSONObject.Member {
    /// Whether the member has that name, byte for byte.
    ///
    /// `==` alone would let the Kelvin sign stand for a K. Whatever is canonically equivalent to an ASCII name, and is not that
    /// name, is longer in UTF-8.
    func isNamed(_ name: String) -> Bool {
        self.name.utf8.count == name.utf8.count && self.name == name
    }
}

/// As with ``JSONValue``: nothing of it shows by accident.
extension JSONObject: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { JSONValue.object(self).description }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["count": count]) }
}

extension JSONObject.Member: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "member: \(value)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["value": value.kind]) }
}
