import LanyardHTTP
import NIOCore
import NIOHTTP1

// # A connection, without its socket
//
// NIO's server pipeline would queue pipelined requests, answer parse errors, shut idle connections and so on, for a third
// of the CPU that a request may cost. Here one value does that. It sees no channel, no clock and no bytes of an answer: it
// is told what happened, and returns what to do next. Carrying that out is the handler's part, and so is calling back
// once it is done.
//
// **Answers keep the order of requests, since only one request is ever being answered.** Nearly every decision is taken
// at once, so the next one waits for nothing. Where a decision has to wait for the store, the requests behind it wait too:
// their answers could not be sent earlier anyway, and if the client goes away meanwhile, nothing is charged for them.
//
// **What waits is bounded.** While something waits, reading stops; the parser was given a few kilobytes at a time, and what
// it made of the last of them is all that can stand in the backlog. The rest waits unparsed, in the gate before the parser.
//
// **What went wrong ends the connection, in its turn.** A parse error waits in the backlog like a request, and so is
// answered behind the answers before it. After it nothing more is read as HTTP: the input is thrown away until the client
// closes its side or a short time is over. Closing at once would make the kernel reset the connection, and the reset may
// overtake the answer.

/// Says what to do with what happens on one connection. A pure value; times come from outside.
struct ConnectionStateMachine: ~Copyable {
    /// What the handler does next. Unless it says otherwise, the handler then asks ``next()``.
    enum Action: Equatable {
        /// Nothing, until something happens.
        case wait
        /// Say what becomes of the body of this request, at once or later, by ``plan(_:at:)``.
        case plan(IncomingRequest)
        /// Write `100 Continue`.
        case writeContinue
        /// Write the answer to this request, at once or later, and then call ``answered(at:)``.
        case answer(IncomingRequest)
        /// Write the answer to a refusal, and then call ``answered(at:)``.
        case refuse(Refusal, head: HTTPRequestHead?)
        /// Send what is written, and call ``lastSent(at:)`` when it has left.
        case sendLast
        /// Close the own side.
        case closeOutput
        /// Close both sides.
        case close

        fileprivate var isWait: Bool { if case .wait = self { true } else { false } }
    }

    /// What follows the answer that is being written.
    private enum Ending {
        case keepAlive
        /// The client knows and wants it: it sends nothing more.
        case close
        /// It is our wish: the client may be sending.
        case linger
    }

    private enum Phase {
        /// The TLS handshake runs, or nothing came after it yet. → readingHead, closed
        case securing(since: NIODeadline)
        /// Between requests, with not a byte of the next. → readingHead, planning, readingBody, answering, sendingLast
        case idle(since: NIODeadline)
        /// Bytes of a head have come. → planning, readingBody, answering, sendingLast
        case readingHead(since: NIODeadline)
        /// A head is here, and the handler is asked about the body. → readingBody, answering
        case planning(IncomingRequest)
        /// The end of the request is awaited. → answering, sendingLast
        case readingBody(IncomingRequest, atMost: Int, since: NIODeadline)
        /// The handler answers. → idle, sendingLast
        case answering(Ending)
        /// Nothing more will be written. → lingering, closed
        case sendingLast(lingers: Bool, since: NIODeadline)
        /// Our side is closed, and the client's may not be. → closed
        case lingering(since: NIODeadline)
        case closed
    }

    private let limits: ConnectionLimits
    private var phase: Phase
    private var backlog = CircularBuffer<ConnectionInput>()
    private var isWritable = true
    /// Since when answers wait for the client to read.
    private var unwritableSince: NIODeadline?
    private var isDraining = false
    private var hasInputEnded = false
    /// The time of the newest event: a clock is read once for each burst of bytes.
    private var now: NIODeadline

    init(limits: ConnectionLimits, isSecured: Bool, now: NIODeadline) {
        self.limits = limits
        self.now = now
        phase = isSecured ? .securing(since: now) : .idle(since: now)
    }

    /// Whether more bytes may be parsed. While they may not, none are read either.
    var wantsInput: Bool {
        switch phase {
        case .answering, .planning, .sendingLast, .lingering, .closed: false
        case .securing, .idle, .readingHead, .readingBody: isWritable && backlog.isEmpty
        }
    }

    /// Whether bytes are still read, but no longer as HTTP.
    var discardsInput: Bool {
        switch phase {
        case .sendingLast, .lingering, .closed: true
        case .securing, .idle, .readingHead, .planning, .readingBody, .answering: false
        }
    }

    /// Whether the answer that is being written is the last, and has to say so.
    var closesAfterAnswer: Bool {
        switch phase {
        case .answering(.keepAlive): isDraining
        case .answering, .securing, .idle, .readingHead, .planning, .readingBody, .sendingLast, .lingering, .closed:
            true
        }
    }
}

// MARK: What comes in

extension ConnectionStateMachine {
    /// Bytes have come, and are about to be parsed.
    mutating func bytesArrived(at now: NIODeadline) {
        self.now = now
        switch phase {
        case .securing, .idle: phase = .readingHead(since: now)
        case .readingHead, .planning, .readingBody, .answering, .sendingLast, .lingering, .closed: break
        }
    }

    mutating func receive(_ input: ConnectionInput) -> Action {
        if case .inputClosed = input { hasInputEnded = true }
        switch phase {
        case .lingering:
            return hasInputEnded ? close() : .wait
        case .sendingLast, .closed:
            return .wait
        case .answering, .planning:
            backlog.append(input)
            return .wait
        case .securing, .idle, .readingHead, .readingBody:
            guard isWritable, backlog.isEmpty else {
                backlog.append(input)
                return .wait
            }
            return take(input)
        }
    }

    /// What there is to do after an action is carried out.
    mutating func next() -> Action {
        while isWritable, isReading, let input = backlog.popFirst() {
            let action = take(input)
            if !action.isWait { return action }
        }
        return .wait
    }

    private var isReading: Bool {
        switch phase {
        case .securing, .idle, .readingHead, .readingBody: true
        case .planning, .answering, .sendingLast, .lingering, .closed: false
        }
    }

    private mutating func take(_ input: ConnectionInput) -> Action {
        switch input {
        case .head(let head): takeHead(head)
        case .body(let bytes): takeBody(bytes)
        case .end: takeEnd()
        case .malformed(let refusal): refuse(refusal)
        case .inputClosed: sendLast(lingers: false)
        }
    }

    private mutating func takeHead(_ head: HTTPRequestHead) -> Action {
        switch RequestFraming.inspect(head, limits: limits) {
        case .refused(let refusal):
            return refuse(refusal, head: head)
        case .accepted(let framing, let target):
            let request = IncomingRequest(head: head, target: target, framing: framing)
            if framing.body == .none {
                phase = .readingBody(request, atMost: 0, since: now)
                return .wait
            }
            phase = .planning(request)
            return .plan(request)
        }
    }

    /// Says what becomes of the body that ``Action/plan(_:)`` asked about.
    mutating func plan(_ use: BodyUse, at now: NIODeadline) -> Action {
        self.now = now
        guard case .planning(let request) = phase else { return .wait }
        let limit: Int
        switch use {
        case .refuse(let refusal): return refuse(refusal, head: request.head)
        case .discard(let most): limit = most
        case .collect(let body, let most):
            limit = most
            request.body = body
        }
        if case .length(let length) = request.framing.body, length > limit {
            return refuse(.bodyTooLarge, head: request.head)
        }
        phase = .readingBody(request, atMost: limit, since: now)
        return request.framing.expectsContinue ? .writeContinue : next()
    }

    private mutating func takeBody(_ bytes: ByteBuffer) -> Action {
        guard case .readingBody(let request, let limit, _) = phase else { return .wait }
        request.bodyBytes += bytes.readableBytes
        if request.bodyBytes > limit { return refuse(.bodyTooLarge, head: request.head) }
        if let body = request.body, !body.add(bytes) { return refuse(.overloaded, head: request.head) }
        return .wait
    }

    private mutating func takeEnd() -> Action {
        guard case .readingBody(let request, atMost: _, since: _) = phase else { return .wait }
        let framing = request.framing
        phase = .answering(framing.offersUpgrade ? .linger : framing.keepsAlive ? .keepAlive : .close)
        return .answer(request)
    }
}

// MARK: What goes out

extension ConnectionStateMachine {
    private mutating func refuse(_ refusal: Refusal, head: HTTPRequestHead? = nil) -> Action {
        phase = .answering(.linger)
        backlog.removeAll()
        return .refuse(refusal, head: head)
    }

    private mutating func sendLast(lingers: Bool) -> Action {
        phase = .sendingLast(lingers: lingers, since: now)
        backlog.removeAll()
        return .sendLast
    }

    private mutating func close() -> Action {
        phase = .closed
        backlog.removeAll()
        return .close
    }

    /// The answer is written, though perhaps not yet sent.
    mutating func answered(at now: NIODeadline) -> Action {
        self.now = now
        guard case .answering(let ending) = phase else { return .wait }
        switch ending {
        case .keepAlive where isDraining: return sendLast(lingers: true)
        case .keepAlive:
            phase = .idle(since: now)
            return next()
        case .close: return sendLast(lingers: false)
        case .linger: return sendLast(lingers: true)
        }
    }

    /// The last answer has left.
    mutating func lastSent(at now: NIODeadline) -> Action {
        self.now = now
        guard case .sendingLast(let lingers, since: _) = phase else { return .wait }
        if !lingers || hasInputEnded { return close() }
        phase = .lingering(since: now)
        return .closeOutput
    }

    mutating func writabilityChanged(to isWritable: Bool, at now: NIODeadline) -> Action {
        self.now = now
        guard isWritable != self.isWritable else { return .wait }
        self.isWritable = isWritable
        guard isWritable else {
            unwritableSince = now
            return .wait
        }
        unwritableSince = nil
        // While nothing was read, the client could not go on.
        switch phase {
        case .readingHead: phase = .readingHead(since: now)
        case .readingBody(let request, let limit, since: _):
            phase = .readingBody(request, atMost: limit, since: now)
        case .securing, .idle, .planning, .answering, .sendingLast, .lingering, .closed: break
        }
        return next()
    }

    /// Take no more requests: what is being read or answered is the last.
    mutating func drain() -> Action {
        isDraining = true
        switch phase {
        case .idle: return backlog.isEmpty ? sendLast(lingers: false) : .wait
        case .securing: return close()
        case .readingHead, .planning, .readingBody, .answering, .sendingLast, .lingering, .closed: return .wait
        }
    }

    /// The connection is gone.
    mutating func disconnected() {
        phase = .closed
        backlog.removeAll()
    }

    /// The client sends more than may wait.
    mutating func overflowed() -> Action { close() }

    /// To be asked from time to time: ends what has taken too long.
    mutating func check(at now: NIODeadline) -> Action {
        self.now = now
        if let since = unwritableSince { return now >= since + limits.idleTimeout ? close() : .wait }
        switch phase {
        case .securing(let since): return now >= since + limits.headTimeout ? close() : .wait
        case .idle(let since): return now >= since + limits.idleTimeout ? sendLast(lingers: false) : .wait
        case .readingHead(let since): return now >= since + limits.headTimeout ? refuse(.timeout) : .wait
        case .readingBody(let request, atMost: _, let since):
            return now >= since + limits.bodyTimeout ? refuse(.timeout, head: request.head) : .wait
        case .sendingLast(lingers: _, let since): return now >= since + limits.idleTimeout ? close() : .wait
        case .lingering(let since): return now >= since + limits.lingerTimeout ? close() : .wait
        case .planning, .answering, .closed: return .wait
        }
    }
}
