import LanyardStorage

/// What a check expects of a store. What is not as expected is thrown, so that a body within a transaction may expect
/// too: the failure passes through the store unchanged.
struct Expectations: Sendable {
    let check: String
    /// How long a check waits for what should come by itself.
    var patience = Duration.seconds(20)

    func fail(_ what: String) -> ConformanceFailure {
        ConformanceFailure(check, what)
    }

    func isTrue(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw fail(what()) }
    }

    func equal<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: @autoclosure () -> String) throws {
        if actual != expected { throw fail("\(what()): \(actual) instead of \(expected)") }
    }

    func value<Value>(_ value: Value?, _ what: @autoclosure () -> String) throws -> Value {
        guard let value else { throw fail("\(what()) is missing") }
        return value
    }

    /// The body must throw a store's error of this code.
    func throwing(_ code: StoreError.Code, _ what: @autoclosure () -> String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            return try judge(error, code, what())
        }
        throw fail("\(what()) did not throw")
    }

    /// The body must throw a store's error of this code.
    func throwing(
        _ code: StoreError.Code, _ what: @autoclosure () -> String, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            return try judge(error, code, what())
        }
        throw fail("\(what()) did not throw")
    }

    private func judge(_ error: any Error, _ code: StoreError.Code, _ what: String) throws {
        guard let error = error as? StoreError else {
            throw fail("\(what) threw \(error) instead of a store's error")
        }
        try equal(error.code, code, what)
    }
}
