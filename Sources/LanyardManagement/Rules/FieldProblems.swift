import LanyardCore

/// Collects all that is wrong with a request, so that its writer need not find out one by one.
struct FieldProblems {
    private(set) var all: [FieldProblem] = []

    mutating func add(_ pointer: String, _ detail: String) {
        all.append(FieldProblem(pointer, detail))
    }

    func throwIfAny() throws(ManagementError) {
        guard all.isEmpty else { throw .invalid(all) }
    }
}

// MARK: - Rules that many records share

extension FieldProblems {
    /// A name for people.
    mutating func checkName(_ name: String, at pointer: String = "/name") {
        checkText(name, length: RecordBounds.nameLength, at: pointer)
    }

    /// A reason, where one is given.
    mutating func checkReason(_ reason: String?) {
        if let reason { checkText(reason, length: 1...RecordBounds.reasonLength, at: "/reason") }
    }

    /// Text for people: lengths are counted in Unicode scalars, as JSON Schema counts them.
    mutating func checkText(_ text: String, length: ClosedRange<Int>, at pointer: String) {
        let scalars = text.unicodeScalars
        if !length.contains(scalars.count) {
            add(pointer, "expected \(length.lowerBound) to \(length.upperBound) characters")
        } else if scalars.contains(where: \.breaksLines) {
            add(pointer, "expected text without control characters and line breaks")
        }
    }

    mutating func checkCount(_ count: Int, atMost maximum: Int, at pointer: String) {
        if count > maximum { add(pointer, "expected at most \(maximum), got \(count)") }
    }

    mutating func checkLimits(_ limits: [LimitDefinition]) {
        if let problem = LimitDefinition.problem(in: limits) { add("/limits", problem) }
    }

    mutating func checkQuotas(_ quotas: [QuotaDefinition]) {
        if let problem = QuotaDefinition.problem(in: quotas) { add("/quotas", problem) }
    }

    mutating func checkInFlight(_ maximum: Int?) {
        guard let maximum, !RecordBounds.inFlight.contains(Int64(maximum)) else { return }
        let bounds = RecordBounds.inFlight
        add("/in_flight", "expected \(bounds.lowerBound) to \(bounds.upperBound), or null")
    }

    mutating func checkMetadata(_ metadata: Metadata) {
        if metadata.json.utf8.count > Metadata.maximumBytes {
            add("/metadata", "expected at most \(Metadata.maximumBytes) bytes of JSON")
        }
    }
}

extension Unicode.Scalar {
    /// Characters that would break a line of a log or a table: controls, and the two separators of lines.
    fileprivate var breaksLines: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value) || value == 0x2028 || value == 0x2029
    }
}
