// What the keeper of places does with a state: it carries its claims to the store, and the answers back.

extension AllowanceState {
    /// How many places the node wants to hold.
    package struct WantedPlaces: Sendable {
        package let floor: Int64
        package let wanted: Int64
        package let maximum: Int64
    }

    /// A call waits until the store was asked for a place.
    package func waitForPlace(at now: MonotonicInstant) {
        withContent { content in
            content.places?.waiting += 1
            content.places?.lastUse = now
        }
    }

    /// A call that waited was told that the store could not be asked.
    package func waitsNoMoreForPlace() {
        withContent { content in
            guard let book = content.places else { return }
            book.waiting = max(0, book.waiting - 1)
        }
    }

    /// What the store is to be told; `nil` for a key that never bounded its calls. What is given back is not filled from
    /// here on.
    package func askForPlaces(at now: MonotonicInstant) -> WantedPlaces? {
        withContent { content in
            guard let book = content.places else { return nil }
            let maximum = content.maximumInFlight
            let spare = maximum == .max || book.isIdle(at: now) ? 0 : maximum / PlaceBook.spareDivisor
            let wanted = Int64(content.inFlight) + Int64(book.waiting) + Int64(spare)
            if wanted < book.held { book.held = Int32(clamping: wanted) }
            book.waiting = 0
            book.isListed = false
            book.isUnanswered = true
            let floor = Int64(max(book.held, content.inFlight))
            return WantedPlaces(floor: floor, wanted: max(wanted, floor), maximum: Int64(maximum))
        }
    }

    /// So many are held now.
    package func takePlaces(_ held: Int64) {
        withContent { content in
            content.places?.held = Int32(clamping: held)
            // A node that the others have forgotten holds none, and has calls open all the same: it asks again.
            content.places?.isUnanswered = held < Int64(content.inFlight)
        }
    }

    /// Whether a call that waited can go on.
    package var hasFreePlace: Bool {
        withContent { content in
            content.places.map { content.inFlight < min($0.held, content.maximumInFlight) } ?? true
        }
    }

    /// A call has waited in vain: for a moment, the next need not.
    package func foundNoPlace(at now: MonotonicInstant) {
        withContent { content in
            content.places?.fullUntil = MonotonicInstant(
                nanoseconds: now.nanoseconds &+ PlaceBook.knowledgeNanoseconds)
        }
    }

    /// The store counts none of this node's places any more; of those that are filled it must hear.
    package func resetPlaces() {
        withContent { content in
            content.places?.held = 0
            content.places?.isUnanswered = content.inFlight > 0
        }
    }

    /// The keeper had no room for it, and must be told again.
    package func wasNotListedForPlaces() {
        withContent { $0.places?.isListed = false }
    }

    /// Whether the store should hear of it though no call waits, and the keeper must be told.
    package func listForPlaces(at now: MonotonicInstant) -> Bool {
        withContent { content in
            guard let book = content.places else { return false }
            let isIdle = book.isIdle(at: now) && book.held > content.inFlight
            guard book.isUnanswered || isIdle, !book.isListed else { return false }
            book.isListed = true
            return true
        }
    }

    /// Whether the keeper must look after it.
    package var holdsPlaces: Bool {
        withContent { content in content.places.map { $0.held > 0 || $0.isUnanswered } ?? false }
    }
}
