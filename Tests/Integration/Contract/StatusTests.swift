import LanyardWire
import LanyardEngine
import NIOHTTP1
import TestSupport
import Testing

/// One answer that `openapi.yaml` promises.
struct PromisedAnswer: Sendable, CustomTestStringConvertible {
    let operation: ContractOperation
    let recipe: Recipe
    let status: Int

    var testDescription: String { "\(operation.id) \(status)" }

    /// Every one, but what needs a node that fails.
    static let all = Result {
        let operations = try Contract.shared.get().operations()
        let recipes = Dictionary(uniqueKeysWithValues: Recipe.all.map { ($0.operation, $0) })
        return operations.flatMap { operation in
            operation.statuses.compactMap { status in
                recipes[operation.id].map { PromisedAnswer(operation: operation, recipe: $0, status: status) }
            }
        }
    }

    /// Those that one node gives side by side.
    static var together: [PromisedAnswer] {
        (try? all.get())?.filter { $0.status != 503 && !$0.recipe.alone.contains($0.status) } ?? []
    }

    static var alone: [PromisedAnswer] {
        (try? all.get())?.filter { $0.recipe.alone.contains($0.status) } ?? []
    }

    static var failing: [PromisedAnswer] { (try? all.get())?.filter { $0.status == 503 } ?? [] }

    func provoke(on node: TestNode) async throws {
        let (answer, code) = try await recipe.answer(of: status, operation, on: node)
        #expect(answer.status == status, "\(testDescription): \(answer.text)")
        let problems = try AnswerCheck().problems(answer, to: operation, method: operation.method, code: code)
        #expect(problems == [], "\(testDescription)")
    }
}

@Suite("Every status of openapi.yaml")
struct StatusTests {
    /// One for all, since a hundred nodes take longer than a hundred calls.
    private static let node = Task { try await TestNode() }

    @Test("every operation of the contract has its recipe, and every recipe its operation")
    func complete() throws {
        let operations = try Contract.shared.get().operations()
        #expect(Set(operations.map(\.id)) == Set(Recipe.all.map(\.operation)))
        #expect(Recipe.all.count == operations.count)
        let promised = operations.map(\.statuses.count).reduce(0, +)
        let provoked = PromisedAnswer.together.count + PromisedAnswer.alone.count + PromisedAnswer.failing.count
        #expect(provoked == promised)
        for recipe in Recipe.all {
            let statuses = try #require(operations.first { $0.id == recipe.operation }).statuses
            #expect(recipe.ways.keys.allSatisfy(statuses.contains), "\(recipe.operation) has a way to nowhere")
        }
    }

    @Test("is answered as promised, by a socket", arguments: PromisedAnswer.together)
    func answers(promised: PromisedAnswer) async throws {
        try await promised.provoke(on: try await Self.node.value)
    }

    @Test("is answered as promised, by a node of its own", arguments: PromisedAnswer.alone)
    func answersAlone(promised: PromisedAnswer) async throws {
        var setup = TestNode.Setup()
        setup.engine.unknownKeysPerMinute = TestNode.unknownKeysWhenAlone
        try await TestNode.run(setup) { try await promised.provoke(on: $0) }
    }

    @Test("a node that is shut down answers 503 wherever the contract says so, and still says that it lives")
    func unavailable() async throws {
        try await TestNode.run { node in
            var calls: [(PromisedAnswer, Call)] = []
            for promised in PromisedAnswer.failing { calls.append((promised, try await promised.recipe.call(node))) }
            try await node.engine.shutDown()
            for (promised, call) in calls {
                let answer = try await node.send(call)
                #expect(answer.status == 503, "\(promised.operation.id): \(answer.text)")
                let problems = try AnswerCheck()
                    .problems(answer, to: promised.operation, method: promised.operation.method, code: "unavailable")
                #expect(problems == [], "\(promised.operation.id)")
            }
            for listener in [Call.Listener.data, .admin] {
                #expect(try await node.send(Call(listener, .GET, "/healthz")).status == 200)
                #expect(try await node.send(Call(listener, .GET, "/readyz")).status == 503)
            }
        }
    }

    /// What asks the store nothing once its caller's key is known.
    private static let needsNoStore: Set = ["getReadiness", "listNodes", "listAttempts", "finish", "getSelf"]

    @Test("a store that fails is told as 503 and changes nothing, and what needs no store goes on")
    func storeFails() async throws {
        try await TestNode.run { node in
            var calls: [(PromisedAnswer, Call)] = []
            for promised in PromisedAnswer.failing where !promised.operation.id.hasPrefix("authorize") {
                // One call each before, so that every caller's key is known.
                calls.append((promised, try await promised.recipe.call(node)))
                if promised.operation.id == "getSelf" { _ = try await node.send(calls[calls.count - 1].1) }
            }
            node.store.failReads(true)
            node.store.failWrites(true)
            for (promised, call) in calls {
                if promised.operation.id == "importKeys" {
                    // It is streamed, and so has begun: without a summary it is cut short.
                    let answer = try? await node.send(call)
                    #expect(answer?.text.contains("summary") != true)
                    continue
                }
                let answer = try await node.send(call)
                let goesOn =
                    Self.needsNoStore.contains(promised.operation.id) || promised.operation.id.hasPrefix("verify")
                if goesOn && promised.operation.id != "verifyAudit" {
                    #expect(answer.status == promised.operation.success, "\(promised.operation.id): \(answer.text)")
                } else {
                    #expect(answer.status == 503, "\(promised.operation.id): \(answer.text)")
                    #expect(answer.code == "unavailable")
                }
            }
            node.store.failReads(false)
            node.store.failWrites(false)
            #expect(try await node.admin(.GET, "/v1/audit/verify")["intact"]?.bool == true)
        }
    }

    @Test(
        "health and readiness are answered on both listeners, without a key", arguments: [Call.Listener.data, .admin])
    func health(listener: Call.Listener) async throws {
        let node = try await Self.node.value
        for id in ["getHealth", "getReadiness"] {
            let operation = try #require(try Contract.shared.get().operations().first { $0.id == id })
            #expect(operation.tags.contains(listener.rawValue))
            let answer = try await node.send(Call(listener, .GET, operation.path))
            #expect(answer.status == 200)
            #expect(try AnswerCheck().problems(answer, to: operation, method: "GET", code: nil) == [])
        }
    }
}
