import ArgumentParser
import LanyardCore

/// A stretch of time that is asked about.
struct TimeRange: ParsableArguments {
    @Option(help: ArgumentHelp("From this time on, as 2026-03-01T09:30:00Z.", valueName: "time"))
    var from: TimeArgument?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var to: TimeArgument?

    @Option(help: ArgumentHelp("The last so much, as 7d.", valueName: "duration"))
    var last: PositiveDuration?

    func validate() throws {
        if last != nil, from != nil { throw ValidationError("Give --last or --from, not both.") }
    }

    func query(now: Timestamp) -> [(name: String, value: String)] {
        let end = to?.timestamp ?? now
        let from = from?.text ?? last.map { end.advanced(byMilliseconds: -$0.milliseconds).rfc3339 }
        return [("from", from), ("to", to?.text)].compactMap { name, value in value.map { (name, $0) } }
    }
}
