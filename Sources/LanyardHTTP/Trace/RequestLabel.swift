/// What each line of the log about one request has in common, by which they are found again. The names are written here
/// alone.
package struct RequestLabel: Sendable, Hashable {
    package let requestID: String
    /// The trace that the request is part of, where its client tells one.
    package let traceID: String?

    package init(requestID: String, fields: (some HeaderFields)?) {
        self.requestID = requestID
        traceID = fields.flatMap { TraceParent(in: $0) }?.traceID
    }

    /// Names and values, for a line's metadata.
    package var entries: [(name: String, value: String)] {
        [("request_id", requestID)] + (traceID.map { [("trace_id", $0)] } ?? [])
    }
}
