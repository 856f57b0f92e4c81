import LanyardHTTP

/// What becomes of a request's body, said when its head is known.
enum BodyUse: Equatable {
    /// Kept, up to so many bytes.
    case collect(CollectedBody, atMost: Int)
    /// Read, counted up to so many bytes and thrown away: the connection can be used again.
    case discard(atMost: Int)
    /// Not read at all.
    case refuse(Refusal)
}

/// When it is said.
enum BodyPlan {
    case now(BodyUse)
    /// Something has to be fetched first.
    case later(DeferredAnswer)
}
