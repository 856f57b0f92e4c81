import LanyardHTTP
import NIOCore
import NIOHTTP1
import Testing

@testable import LanyardDataPlane

@Suite("A connection's state machine")
struct ConnectionStateMachineTests {
    private func machine(
        isSecured: Bool = false, _ change: (inout ConnectionLimits) -> Void = { _ in }
    ) -> ConnectionStateMachine {
        ConnectionStateMachine(limits: .small(change), isSecured: isSecured, now: .at(0))
    }

    @Test("a request without a body is answered when its end has come, and the connection goes on")
    func plain() {
        var machine = machine()
        machine.bytesArrived(at: .at(1))
        #expect(machine.receive(.head(.make(.GET, "/a"))) == .wait)
        let action = machine.receive(.end)
        #expect(action.answered == "/a")
        #expect(machine.closesAfterAnswer == false)
        #expect(machine.answered(at: .at(2)) == .wait)
        #expect(machine.wantsInput == true)
        #expect(machine.receive(.head(.make(.GET, "/b"))) == .wait)
        #expect(machine.receive(.end).answered == "/b")
    }

    @Test("while one answer is awaited, later requests wait and nothing more is read; they are answered in their order")
    func order() {
        var machine = machine()
        for path in ["/1", "/2", "/3"] {
            let action = machine.receive(.head(.make(.GET, path)))
            #expect(action == .wait)
            #expect(machine.receive(.end).answered == (path == "/1" ? "/1" : nil))
        }
        #expect(machine.wantsInput == false)
        #expect(machine.answered(at: .at(5)).answered == "/2")
        #expect(machine.wantsInput == false)
        #expect(machine.answered(at: .at(6)).answered == "/3")
        #expect(machine.answered(at: .at(7)) == .wait)
        #expect(machine.wantsInput == true)
    }

    @Test("what was malformed is refused behind the answers before it, and is the last that is read")
    func malformed() {
        var machine = machine()
        _ = machine.receive(.head(.make()))
        _ = machine.receive(.end)
        #expect(machine.receive(.malformed(.syntax)) == .wait)
        #expect(machine.receive(.head(.make(.GET, "/smuggled"))) == .wait)
        #expect(machine.answered(at: .at(1)).refused == .syntax)
        #expect(machine.closesAfterAnswer == true)
        #expect(machine.answered(at: .at(2)) == .sendLast)
        #expect(machine.receive(.head(.make(.GET, "/smuggled"))) == .wait)
        #expect(machine.receive(.end) == .wait)
        #expect(machine.discardsInput == true)
    }

    @Test("a refused connection closes its own side first, and is given up when the client has closed or time is over")
    func linger() {
        for closesItself in [true, false] {
            var machine = machine()
            #expect(machine.receive(.malformed(.syntax)).refused == .syntax)
            #expect(machine.answered(at: .at(0)) == .sendLast)
            #expect(machine.lastSent(at: .at(10)) == .closeOutput)
            #expect(machine.check(at: .at(59)) == .wait)
            if closesItself {
                #expect(machine.receive(.inputClosed) == .close)
            } else {
                #expect(machine.check(at: .at(60)) == .close)
            }
            #expect(machine.check(at: .at(100_000)) == .wait)
        }
    }

    @Test("when the client has closed its side already, nobody lingers")
    func lingerWithoutNeed() {
        var machine = machine()
        #expect(machine.receive(.malformed(.syntax)).refused == .syntax)
        #expect(machine.receive(.inputClosed) == .wait)
        #expect(machine.answered(at: .at(0)) == .sendLast)
        #expect(machine.lastSent(at: .at(0)) == .close)
    }

    @Test("a client that closes its side gets the answers to all that it had sent")
    func halfClosure() {
        var machine = machine()
        _ = machine.receive(.head(.make(.GET, "/1")))
        _ = machine.receive(.end)
        _ = machine.receive(.head(.make(.GET, "/2")))
        _ = machine.receive(.end)
        #expect(machine.receive(.inputClosed) == .wait)
        #expect(machine.answered(at: .at(1)).answered == "/2")
        #expect(machine.answered(at: .at(1)) == .sendLast)
        #expect(machine.lastSent(at: .at(1)) == .close)
    }

    @Test("'Connection: close' and HTTP/1.0 end the connection after their answer, HTTP/1.0 with 'keep-alive' does not")
    func keepAlive() {
        let heads: [(HTTPRequestHead, Bool)] = [
            (.make(.GET, "/", [("Connection", "close")]), true),
            (.make(.GET, "/", [], version: .http1_0), true),
            (.make(.GET, "/", [("Connection", "keep-alive")], version: .http1_0), false),
            (.make(), false),
        ]
        for (head, closes) in heads {
            var machine = machine()
            _ = machine.receive(.head(head))
            #expect(machine.receive(.end).answered != nil)
            #expect(machine.closesAfterAnswer == closes)
            #expect(machine.answered(at: .at(0)) == (closes ? .sendLast : .wait))
        }
    }

    @Test("a request that offers an upgrade is answered, and its connection ends: the parser has stopped behind it")
    func upgrade() {
        var machine = machine()
        _ = machine.receive(.head(.make(.GET, "/", [("Connection", "upgrade"), ("Upgrade", "websocket")])))
        #expect(machine.receive(.end).answered == "/")
        #expect(machine.closesAfterAnswer == true)
        #expect(machine.answered(at: .at(0)) == .sendLast)
        #expect(machine.lastSent(at: .at(0)) == .closeOutput)
    }

    // MARK: Bodies

    @Test("a body is collected or thrown away as planned, and counted either way")
    func bodies() {
        let budget = BodyBudget(maximum: 5)
        for collects in [true, false] {
            var machine = machine()
            #expect(machine.receive(.head(.make(.POST, "/", [("Content-Length", "5")]))).isPlan)
            #expect(machine.wantsInput == false)
            let use: BodyUse = collects ? .collect(CollectedBody(from: budget), atMost: 5) : .discard(atMost: 5)
            #expect(machine.plan(use, at: .at(0)) == .wait)
            #expect(machine.receive(.body(ByteBuffer(string: "abc"))) == .wait)
            #expect(machine.receive(.body(ByteBuffer(string: "de"))) == .wait)
            guard case .answer(let request) = machine.receive(.end) else {
                Issue.record("no answer")
                return
            }
            #expect(request.bodyBytes == 5)
            #expect(request.body.map { String(buffer: $0.bytes) } == (collects ? "abcde" : nil))
            #expect(request.isBodyDiscarded != collects)
            #expect(budget.held == (collects ? 5 : 0))
        }
        #expect(budget.held == 0)
    }

    @Test("a body is refused where its own limit or the budget of all is passed, declared or not, and gives all back")
    func bodyBudget() {
        let budget = BodyBudget(maximum: 6)
        let other = CollectedBody(from: budget)
        #expect(other.add(ByteBuffer(string: "abc")))
        for (fields, limit, refusal) in [
            ([("Transfer-Encoding", "chunked")], 9, Refusal.overloaded),
            ([("Transfer-Encoding", "chunked")], 3, .bodyTooLarge), ([("Content-Length", "4")], 9, .overloaded),
        ] {
            var machine = machine()
            _ = machine.receive(.head(.make(.POST, "/", fields)))
            #expect(machine.plan(.collect(CollectedBody(from: budget), atMost: limit), at: .at(0)) == .wait)
            #expect(machine.receive(.body(ByteBuffer(string: "abc"))) == .wait)
            #expect(budget.held == 6)
            #expect(machine.receive(.body(ByteBuffer(string: "d"))).refused == refusal)
            #expect(machine.closesAfterAnswer == true)
            #expect(budget.held == 3)
        }
        var machine = machine()
        _ = machine.receive(.head(.make(.POST, "/", [("Content-Length", "4")])))
        let small = machine.plan(.collect(CollectedBody(from: budget), atMost: 3), at: .at(0))
        #expect(small.refused == .bodyTooLarge)
        _ = other
    }

    @Test("what is said of a body later finds the bytes behind it waiting, and a refusal ends the connection")
    func laterPlans() {
        for refuses in [true, false] {
            var machine = machine()
            _ = machine.receive(.head(.make(.POST, "/", [("Content-Length", "2")])))
            #expect(machine.receive(.body(ByteBuffer(string: "ab"))) == .wait)
            #expect(machine.receive(.end) == .wait)
            let action = machine.plan(refuses ? .refuse(.overloaded) : .discard(atMost: 2), at: .at(5))
            #expect(action.refused == (refuses ? .overloaded : nil))
            #expect(action.answered == (refuses ? nil : "/"))
        }
    }

    @Test("a body that is declared too large is refused before a byte of it, without '100 Continue'")
    func declaredTooLarge() {
        var machine = machine()
        let fields = [("Content-Length", "11"), ("Expect", "100-continue")]
        #expect(machine.receive(.head(.make(.POST, "/", fields))).refused == .bodyTooLarge)
    }

    @Test("a chunked body is refused with the byte that is too many, whatever becomes of it")
    func chunkedTooLarge() {
        let budget = BodyBudget(maximum: 100)
        for use in [BodyUse.collect(CollectedBody(from: budget), atMost: 10), .discard(atMost: 10)] {
            var machine = machine()
            _ = machine.receive(.head(.make(.POST, "/", [("Transfer-Encoding", "chunked")])))
            _ = machine.plan(use, at: .at(0))
            #expect(machine.receive(.body(ByteBuffer(string: "0123456789"))) == .wait)
            #expect(machine.receive(.body(ByteBuffer(string: "x"))).refused == .bodyTooLarge)
            #expect(machine.receive(.body(ByteBuffer(string: "y"))) == .wait)
        }
    }

    @Test("'100 Continue' is written for a body that is waited for, and never in HTTP/1.0 or where there is no body")
    func expectContinue() {
        let fields = [("Content-Length", "5"), ("Expect", "100-Continue")]
        var machine = machine()
        #expect(machine.receive(.head(.make(.POST, "/", fields))).isPlan)
        #expect(machine.plan(.discard(atMost: 5), at: .at(0)) == .writeContinue)
        #expect(machine.next() == .wait)
        var old = self.machine()
        #expect(old.receive(.head(.make(.POST, "/", fields, version: .http1_0))).isPlan)
        #expect(old.plan(.discard(atMost: 5), at: .at(0)) == .wait)
        var empty = self.machine()
        #expect(empty.receive(.head(.make(.GET, "/", [("Expect", "100-continue")]))) == .wait)
    }

    // MARK: Time

    @Test("an idle connection is closed after its time, and one that has begun a head is told that it took too long")
    func times() {
        var idle = machine()
        #expect(idle.check(at: .at(999)) == .wait)
        #expect(idle.check(at: .at(1000)) == .sendLast)

        var head = machine()
        head.bytesArrived(at: .at(500))
        head.bytesArrived(at: .at(590))
        #expect(head.check(at: .at(599)) == .wait)
        #expect(head.check(at: .at(600)).refused == .timeout)

        var body = machine()
        body.bytesArrived(at: .at(500))
        _ = body.receive(.head(.make(.POST, "/", [("Content-Length", "5")])))
        _ = body.plan(.discard(atMost: 5), at: .at(500))
        body.bytesArrived(at: .at(699))
        #expect(body.check(at: .at(699)) == .wait)
        #expect(body.check(at: .at(700)).refused == .timeout)
    }

    @Test("time starts anew with each request: an answered connection is idle")
    func timesStartAnew() {
        var machine = machine()
        for start in stride(from: Int64(0), to: 5000, by: 900) {
            machine.bytesArrived(at: .at(start))
            _ = machine.receive(.head(.make()))
            #expect(machine.receive(.end).answered != nil)
            #expect(machine.answered(at: .at(start + 1)) == .wait)
            #expect(machine.check(at: .at(start + 900)) == .wait)
        }
    }

    @Test("no time-out ends a request that waits for its answer")
    func noTimeoutWhileAnswering() {
        var machine = machine()
        machine.bytesArrived(at: .at(0))
        _ = machine.receive(.head(.make()))
        _ = machine.receive(.end)
        #expect(machine.check(at: .at(1_000_000)) == .wait)
    }

    @Test("behind TLS the handshake and the first byte have the time of a head")
    func securing() {
        var machine = machine(isSecured: true)
        #expect(machine.check(at: .at(99)) == .wait)
        #expect(machine.check(at: .at(100)) == .close)
        var draining = self.machine(isSecured: true)
        #expect(draining.drain() == .close)
    }

    // MARK: Writability

    @Test("while the client doesn't read, nothing is parsed or answered; then it goes on")
    func writability() {
        var machine = machine()
        #expect(machine.writabilityChanged(to: false, at: .at(0)) == .wait)
        #expect(machine.wantsInput == false)
        #expect(machine.receive(.head(.make(.GET, "/late"))) == .wait)
        #expect(machine.receive(.end) == .wait)
        #expect(machine.next() == .wait)
        #expect(machine.writabilityChanged(to: true, at: .at(10)).answered == "/late")
    }

    @Test("a client that never reads is cut off, and one that was slow has its time again")
    func unwritableTimes() {
        var stuck = machine()
        _ = stuck.writabilityChanged(to: false, at: .at(0))
        #expect(stuck.check(at: .at(999)) == .wait)
        #expect(stuck.check(at: .at(1000)) == .close)

        var slow = machine()
        slow.bytesArrived(at: .at(0))
        _ = slow.writabilityChanged(to: false, at: .at(10))
        #expect(slow.check(at: .at(500)) == .wait)
        _ = slow.writabilityChanged(to: true, at: .at(500))
        #expect(slow.check(at: .at(599)) == .wait)
        #expect(slow.check(at: .at(600)).refused == .timeout)
    }

    @Test("an answer that can't be sent is given up")
    func unsentAnswer() {
        var machine = machine()
        _ = machine.receive(.head(.make(.GET, "/", [("Connection", "close")])))
        _ = machine.receive(.end)
        #expect(machine.answered(at: .at(0)) == .sendLast)
        #expect(machine.check(at: .at(999)) == .wait)
        #expect(machine.check(at: .at(1000)) == .close)
    }

    // MARK: Draining

    @Test("draining closes an idle connection at once")
    func drainIdle() {
        var machine = machine()
        #expect(machine.drain() == .sendLast)
        #expect(machine.lastSent(at: .at(0)) == .close)
    }

    @Test("draining lets the request in hand be answered, says that it is the last, and drops those behind it")
    func drainBusy() {
        var machine = machine()
        _ = machine.receive(.head(.make(.GET, "/1")))
        _ = machine.receive(.end)
        _ = machine.receive(.head(.make(.GET, "/2")))
        _ = machine.receive(.end)
        #expect(machine.closesAfterAnswer == false)
        #expect(machine.drain() == .wait)
        #expect(machine.closesAfterAnswer == true)
        #expect(machine.answered(at: .at(1)) == .sendLast)
        #expect(machine.lastSent(at: .at(1)) == .closeOutput)
    }

    @Test("draining waits for a request that is being read")
    func drainReading() {
        var machine = machine()
        machine.bytesArrived(at: .at(0))
        #expect(machine.drain() == .wait)
        _ = machine.receive(.head(.make()))
        #expect(machine.receive(.end).answered != nil)
        #expect(machine.closesAfterAnswer == true)
        #expect(machine.answered(at: .at(1)) == .sendLast)
    }

    @Test("nothing happens on a connection that is gone")
    func disconnected() {
        var machine = machine()
        _ = machine.receive(.head(.make()))
        _ = machine.receive(.end)
        machine.disconnected()
        #expect(machine.answered(at: .at(1)) == .wait)
        #expect(machine.receive(.head(.make())) == .wait)
        #expect(machine.drain() == .wait)
        #expect(machine.check(at: .at(100_000)) == .wait)
    }
}
