/// What is wrong with one field of a request.
package struct FieldError: Hashable, Sendable, CustomStringConvertible {
    package let pointer: JSONPointer
    /// A sentence's worth, without a full stop; never the value that was sent.
    package let detail: String

    package init(_ pointer: JSONPointer, _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    package var description: String { pointer == .root ? detail : "\(pointer): \(detail)" }
}

/// A request's body that can't be read as what it should be, with everything that is wrong with it: who mends a body
/// wants to mend it once.
package struct InvalidRequest: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many errors an answer lists at most.
    package static let most = 20

    package private(set) var errors: [FieldError]

    package init(_ errors: [FieldError]) {
        self.errors = Array(errors.prefix(Self.most))
    }

    package init(_ pointer: JSONPointer, _ detail: String) {
        errors = [FieldError(pointer, detail)]
    }

    package init(_ error: JSONSyntaxError) {
        self.init(error.pointer, "\(error.detail) (at byte \(error.offset))")
    }

    package var description: String { errors.map(\.description).joined(separator: "; ") }
}

/// What a conversion of a field's value says when it can't be done. The reader adds where.
package struct FieldMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    package let detail: String

    package init(_ detail: String) {
        self.detail = detail
    }

    package static func expected(_ what: String, found value: JSONValue) -> FieldMismatch {
        FieldMismatch("expected \(what), found \(value.kind)")
    }

    package var description: String { detail }
}
