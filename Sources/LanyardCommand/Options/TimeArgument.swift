import ArgumentParser
import LanyardCore
import LanyardWire

/// A point in time on the command line, sent on as it was written.
struct TimeArgument: ExpressibleByArgument, Sendable {
    let text: String
    let timestamp: Timestamp

    init?(argument: String) {
        guard let timestamp = try? TimestampText.timestamp(argument) else { return nil }
        text = argument
        self.timestamp = timestamp
    }
}

/// A duration on the command line, sent on as it was written; nothing is a duration too.
struct DurationArgument: ExpressibleByArgument, Sendable {
    let text: String

    init?(argument: String) {
        guard (try? DurationText.milliseconds(argument)) != nil else { return nil }
        text = argument
    }
}
