/// Why a text is no JSON document by our rules.
///
/// Errors are equal when they say the same of the same place. The description tells where, and quotes nothing of the
/// document but a member's name.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for tests and programs.
    package enum Code: String, Hashable, Sendable {
        case unexpectedEnd
        case unexpectedCharacter
        case trailingBytes
        case duplicateMember
        case invalidUTF8
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case invalidNumber
        case numberTooLong
        case tooDeep
        case tooManyMembers
        case tooManyValues
    }

    package let code: Code
    /// The offset of the first byte that is wrong.
    package let offset: Int
    /// The value in which it stands.
    package private(set) var pointer: JSONPointer
    /// A sentence's worth, without a full stop.
    package let detail: String

    init(_ code: Code, at offset: Int, in pointer: JSONPointer = .root, _ detail: String) {
        self.code = code
        self.offset = offset
        self.pointer = pointer
        self.detail = detail
    }

    /// The same error, seen from one level further out.
    ///
    /// Pointers are built on the way out, so that a document without an error never pays for them.
    func inside(member name: String) -> JSONSyntaxError {
        var error = self
        error.pointer = pointer.inside(JSONPointer.root.appending(name))
        return error
    }

    func inside(element index: Int) -> JSONSyntaxError {
        var error = self
        error.pointer = pointer.inside(JSONPointer.root.appending(index))
        return error
    }

    package var description: String {
        pointer == .root ? "\(detail) (at byte \(offset))" : "\(detail) (at byte \(offset), in \(pointer))"
    }
}
