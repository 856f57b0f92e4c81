/// A scope as it is granted: the name of one, such as `invoices:read`, or a pattern of names.
///
/// - A `*` as the last segment matches one or more segments, whatever they are: `invoices:*` matches `invoices:read` and
///   `invoices:read:own`, and not `invoices`. Anywhere else it matches exactly one: `*:read` matches `invoices:read`.
/// - Scopes whose first segment is `lanyard` rule Lanyard itself. A `*` in the first place never matches them, so `*` is
///   everything that an API may ask for, and not the right to administrate.
/// - Only they may be bound to a project: `lanyard:keys:write@payments`. Without `@` they hold for all projects.
public struct Scope: Hashable, Comparable, Sendable, TextCodable {
    /// The most bytes of a scope's text, `@` and project included.
    public static let maximumLength = 128
    /// The most segments.
    public static let maximumSegmentCount = 8

    /// The scope as text.
    public let description: String
    private let bodyLength: UInt8
    /// Whether a segment is `*`.
    public let hasWildcard: Bool
    /// Whether it is one of Lanyard's own: its first segment is `lanyard`.
    public let isAdministrative: Bool

    /// Reads a scope, or tells what is wrong with it.
    public init(parsing text: String) throws(ScopeSyntaxError) {
        let findings = try text.withBytes { ScopeSyntax.read($0) }.get()
        description = text
        bodyLength = UInt8(findings.bodyLength)
        hasWildcard = findings.hasWildcard
        isAdministrative = findings.isAdministrative
    }

    /// Reads a scope; `nil` if it is none. ``init(parsing:)`` tells why.
    public init?(_ description: String) {
        guard let scope = try? Self(parsing: description) else { return nil }
        self = scope
    }

    /// The scope that grants exactly one name, on all projects if it is one of Lanyard's own.
    public init(_ name: ScopeName) {
        description = name.description
        bodyLength = UInt8(name.description.utf8.count)
        hasWildcard = false
        isAdministrative = name.isAdministrative
    }

    /// The project that one of Lanyard's own scopes is bound to; `nil` if it holds for all.
    public var project: String? {
        isBoundToProject ? String(Substring(description.utf8.dropFirst(Int(bodyLength) + 1))) : nil
    }

    /// Whether the scope names a project.
    public var isBoundToProject: Bool { Int(bodyLength) < description.utf8.count }

    /// Whether it is bound to exactly this project.
    func isBound(to project: UnsafeRawBufferPointer) -> Bool {
        isBoundToProject
            && description.withBytes { $0.part(Int(bodyLength) + 1..<$0.count).holdsSameBytes(as: project) }
    }

    /// Lends the part before the `@`.
    @inline(__always)
    func withBody<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        description.withBytes { body($0.part(0..<Int(bodyLength))) }
    }

    /// Whether both are the same text.
    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }

    /// Feeds the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// Alphabetical order.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
