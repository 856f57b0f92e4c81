/// What a store that is a copy says about itself, in its marker ``StoreMarker/copy``.
package struct CopyRecord: Sendable, Hashable {
    package enum State: String, Sendable {
        /// It may be anything between empty and whole: nobody may serve it.
        case copying
        /// It is whole.
        case complete
    }

    package var state: State
    /// Names this copy: made at random when it is begun.
    package let id: String
    /// Names the source's history: the hash of its first audit entry, as hexadecimal digits.
    package let origin: String
    /// The newest change of the source that it may hold something of.
    package var epoch: Int64

    /// A copy that is being begun.
    package init(origin: [UInt8], epoch: Int64) {
        state = .copying
        id = Self.digits((0..<16).map { _ in UInt8.random(in: 0...255) })
        self.origin = Self.digits(origin)
        self.epoch = epoch
    }

    /// Whether it is a copy of the store with this history.
    package func isOf(_ origin: [UInt8]) -> Bool { self.origin == Self.digits(origin) }

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension CopyRecord {
    /// As the marker holds it.
    package var text: String { "\(state.rawValue) \(id) \(origin) \(epoch)" }

    /// `nil` for what no version of Lanyard has written.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let state = State(rawValue: parts[0]), let epoch = Int64(parts[3]) else { return nil }
        self.state = state
        id = parts[1]
        origin = parts[2]
        self.epoch = epoch
    }
}

/// Where a store's content has gone, in its marker ``StoreMarker/movedTo``.
package struct StoreRelocation: Sendable, Hashable {
    /// The copy's ``CopyRecord/id``.
    package let copy: String
    /// The address of the store that holds it now, for people.
    package let address: String

    package init(copy: String, address: String) {
        self.copy = copy
        self.address = address
    }

    /// As the marker holds it.
    package var text: String { "\(copy) \(address)" }

    /// `nil` for a marker that was emptied: the store was opened again.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(copy: parts[0], address: parts[1])
    }
}

extension StoreReading {
    /// Refuses a store that must not be served: a copy that was not finished, or one whose content has gone elsewhere.
    /// - Throws: ``StoreError/Code/unfinishedCopy``, ``StoreError/Code/moved``.
    package func refuseUnlessItMayBeServed() throws {
        if let text = try marker(.copy), CopyRecord(text)?.state != .complete {
            throw StoreError(.unfinishedCopy, "a copy into this store has not been finished")
        }
        if let move = try marker(.movedTo).flatMap(StoreRelocation.init) {
            throw StoreError(.moved, "its content has moved to \(move.address)")
        }
    }
}
