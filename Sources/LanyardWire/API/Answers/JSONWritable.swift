/// What an answer, or a part of one, is written from.
package protocol JSONWritable {
    func write(to writer: inout JSONWriter)
}

extension JSONWritable {
    /// The answer as a document of its own.
    package func bytes() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

extension JSONValue: JSONWritable {}

extension JSONWriter {
    package mutating func member(_ name: String, _ value: some JSONWritable) {
        self.name(name)
        value.write(to: &self)
    }

    /// Writes null for nil.
    package mutating func member(_ name: String, _ value: (some JSONWritable)?) {
        self.name(name)
        if let value { value.write(to: &self) } else { null() }
    }

    package mutating func member(_ name: String, _ values: some Sequence<some JSONWritable>) {
        array(name) { writer in
            for value in values { value.write(to: &writer) }
        }
    }
}
