/// Reads the members of one object into a type, strictly, and keeps all that is wrong.
///
///     let body = try JSONObjectReader.decode(value) { reader in
///         AccountBody(
///             name: reader.string("name", length: 1...200),
///             billingDay: reader.optionalInt("billing_day", in: 1...28))
///     }
///
/// A getter that finds something wrong notes it and returns a placeholder, so that the fields behind it are looked at too;
/// nobody sees a placeholder, because `decode` then throws. Each getter makes its name known; a member whose name
/// isn't known in the end is an error, with the name that was probably meant. An optional field may be absent or null; a
/// `Patch` tells the two apart.
package struct JSONObjectReader {
    let object: JSONObject
    let pointer: JSONPointer
    private(set) var errors: [FieldError]
    private var known: [String] = []

    private init(_ object: JSONObject, at pointer: JSONPointer, errors: [FieldError]) {
        self.object = object
        self.pointer = pointer
        self.errors = errors
        known.reserveCapacity(24)
    }

    /// What `body` makes of the object, if neither it nor the object's names give cause for an error.
    package static func decode<Value>(
        _ value: JSONValue, at pointer: JSONPointer = .root, _ body: (inout JSONObjectReader) -> Value
    ) throws(InvalidRequest) -> Value {
        guard case .object(let object) = value else {
            throw InvalidRequest(pointer, "expected an object, found \(value.kind)")
        }
        var reader = JSONObjectReader(object, at: pointer, errors: [])
        let decoded = body(&reader)
        reader.noteUnknownMembers()
        guard reader.errors.isEmpty else { throw InvalidRequest(reader.errors) }
        return decoded
    }

    /// The member of that name, which is known from now on; nil where there is none.
    package mutating func member(_ name: String) -> JSONValue? {
        known.append(name)
        return object[name]
    }

    /// Whether the object has a member of that name, null or not. Makes nothing known.
    package func has(_ name: String) -> Bool { object[name] != nil }

    /// Notes that something is wrong with a member.
    package mutating func fail(_ name: String, _ detail: String) {
        note(FieldError(pointer.appending(name), detail))
    }

    /// Notes that something is wrong with the object as a whole.
    package mutating func fail(_ detail: String) {
        note(FieldError(pointer, detail))
    }

    mutating func note(_ error: FieldError) {
        if errors.count < InvalidRequest.most { errors.append(error) }
    }

    /// Runs a conversion of a member's value, or of the value's element at `index`; nil where it fails, which is noted.
    mutating func converting<Value>(
        _ value: JSONValue, _ name: String, index: Int? = nil, _ convert: (JSONValue) throws -> Value
    ) -> Value? {
        do {
            return try convert(value)
        } catch {
            var place = pointer.appending(name)
            if let index { place = place.appending(index) }
            if let error = error as? InvalidRequest {
                for inner in error.errors { note(FieldError(inner.pointer.inside(place), inner.detail)) }
            } else {
                note(FieldError(place, "\(error)"))
            }
            return nil
        }
    }

    /// Reads an object that stands inside this one; its errors join these.
    mutating func nested<Value>(
        _ value: JSONValue, at place: JSONPointer, _ body: (inout JSONObjectReader) -> Value
    ) -> Value? {
        guard case .object(let object) = value else {
            note(FieldError(place, "expected an object, found \(value.kind)"))
            return nil
        }
        var reader = JSONObjectReader(object, at: place, errors: errors)
        let decoded = body(&reader)
        reader.noteUnknownMembers()
        errors = reader.errors
        return decoded
    }

    private mutating func noteUnknownMembers() {
        for member in object.members where !known.contains(where: member.isNamed) {
            // A suggestion costs more than a name; what nobody will be told is not worth looking for.
            guard errors.count < InvalidRequest.most else { return }
            var detail = "unknown field \"\(JSONPointer.abbreviated(member.name))\""
            if let meant = NameSuggestion.nearest(to: member.name, among: known) {
                detail += "; did you mean \"\(meant)\"?"
            }
            fail(member.name, detail)
        }
    }
}
