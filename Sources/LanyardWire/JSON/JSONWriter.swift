/// Writes a JSON document as bytes, members in the order in which they are named.
///
///     var writer = JSONWriter()
///     writer.object { writer in
///         writer.member("id", id)
///         writer.array("scopes") { writer in
///             for scope in scopes { writer.string(scope) }
///         }
///     }
///     return writer.bytes
///
/// Commas are set here; that a name comes before each value of an object is the caller's part.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]
    /// Whether a value or name that comes next stands behind another.
    private var needsComma = false

    package init(reserving capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// A writer that goes on behind what `bytes` hold already.
    package init(behind bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Values

    package mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(UInt8(ascii: "["))
        try body(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func string(_ text: String) {
        separate()
        bytes.appendJSONString(text)
        needsComma = true
    }

    package mutating func int(_ value: some FixedWidthInteger) {
        separate()
        bytes.appendDecimal(value)
        needsComma = true
    }

    package mutating func bool(_ flag: Bool) {
        raw(flag ? "true" : "false")
    }

    package mutating func null() {
        raw("null")
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// The name of the value that is written next.
    package mutating func name(_ name: String) {
        separate()
        bytes.appendJSONString(name)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Punctuation

    private mutating func separate() {
        if needsComma {
            bytes.append(UInt8(ascii: ","))
            needsComma = false
        }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}

extension JSONWriter {
    // MARK: Members: a name and its value

    package mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Writes null for nil.
    package mutating func member(_ name: String, _ text: String?) {
        self.name(name)
        if let text { string(text) } else { null() }
    }

    package mutating func member(_ name: String, _ value: some FixedWidthInteger) {
        self.name(name)
        int(value)
    }

    /// Writes null for nil.
    package mutating func member(_ name: String, _ value: (some FixedWidthInteger)?) {
        self.name(name)
        if let value { int(value) } else { null() }
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        bool(flag)
    }

    package mutating func member(_ name: String, _ value: JSONValue) {
        self.name(name)
        value.write(to: &self)
    }

    package mutating func member(_ name: String, _ texts: some Sequence<String>) {
        array(name) { writer in
            for text in texts { writer.string(text) }
        }
    }

    package mutating func object<Failure: Error>(
        _ name: String, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        try object(body)
    }

    package mutating func array<Failure: Error>(
        _ name: String, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.name(name)
        try array(body)
    }
}
