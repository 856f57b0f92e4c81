import LanyardCore

/// A batch as the script takes it, and the script's answer as it is read.
struct CounterQuestions {
    let keys: [[UInt8]]
    let arguments: [[UInt8]]
    private let questions: [CounterQuestion]

    /// What a float holds exactly.
    private static let mostUnits: Int64 = 1 << 53 - 1

    init(_ batch: CounterBatch, name: String) {
        questions = batch.questions
        var numbers: [CounterID: Int] = [:]
        var keys = [CounterKey.hash]
        var arguments = [Array(name.utf8), Self.text(batch.latest.nanoseconds / 1000)]
        for question in batch.questions {
            arguments.append(Self.text(question.parts.count))
            for part in question.parts {
                let number = numbers[part.id] ?? keys.count
                if number == keys.count {
                    numbers[part.id] = number
                    keys.append(CounterKey.of(part.id))
                }
                arguments.append(Self.text(number))
                arguments.append(Self.text(part.id.identity.windowMilliseconds))
                arguments.append(Self.text(min(part.amount, Self.mostUnits)))
                arguments.append(Self.text(min(part.cost, Self.mostUnits)))
                arguments.append(Self.text(part.onLoss == .close ? 1 : 0))
            }
        }
        self.keys = keys
        self.arguments = arguments
    }

    private static func text(_ number: some BinaryInteger) -> [UInt8] { Array("\(number)".utf8) }

    enum Outcome {
        case report(CounterReport)
        /// The counters have another name.
        case otherName
    }

    /// - Returns: `nil` where the answer is not one of the script's.
    func read(_ reply: RESPValue) -> Outcome? {
        guard case .array(let values) = reply else { return nil }
        var rest = values.map(\.integer)[...]
        func next() -> Int64? { rest.popFirst() ?? nil }
        guard let kind = next() else { return nil }
        if kind == -1 { return .otherName }
        guard let time = next(), let back = next(), Self.microseconds.contains(time),
            Self.microseconds.contains(abs(back))
        else { return nil }
        let report = { (answers: [CounterAnswer]?) in
            Outcome.report(
                CounterReport(
                    time: MonotonicInstant(nanoseconds: time * 1000), setBack: back * 1000, answers: answers))
        }
        if kind == 0 { return report(nil) }
        var answers: [CounterAnswer] = []
        for question in questions {
            guard let isCharged = next() else { return nil }
            var readings: [CounterAnswer.Reading] = []
            for _ in question.parts {
                guard let total = next(), let empty = next(), let room = next(), let isFull = next() else { return nil }
                readings.append(
                    CounterAnswer.Reading(
                        total: total, emptyInMilliseconds: empty, retryInMilliseconds: room < 0 ? nil : room,
                        isFull: isFull == 1))
            }
            answers.append(CounterAnswer(isCharged: isCharged == 1, readings: readings))
        }
        return kind == 1 && rest.isEmpty ? report(answers) : nil
    }

    /// What nanoseconds can hold.
    private static let microseconds: ClosedRange<Int64> = 0...Int64.max / 1000
}

/// The names of what is kept on the server. All are in one slot, as a server of a cluster demands of a script's keys.
enum CounterKey {
    static let hash = Array("{lanyard}:counters".utf8)

    static func of(_ id: CounterID) -> [UInt8] {
        var key = Array("{lanyard}:w:".utf8)
        func add(_ number: UInt64) { key += Array(String(number, radix: 36).utf8) + [UInt8(ascii: ":")] }
        add(UInt64(id.subject.kind.rawValue))
        add(id.subject.high)
        add(id.subject.low)
        add(UInt64(max(0, id.identity.windowMilliseconds)))
        return key + Array("\(id.identity.unit.rawValue):\(id.identity.source.rawValue)".utf8)
    }
}
