import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport

/// Carries out changes of keys over HTTP, and writes into the ledger what was acknowledged.
struct ChangeClient: Sendable {
    let client: ServerClient
    let ledger: KeyLedger

    /// Changes and asks at random until the server is gone.
    func run(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        var number = 0
        while true {
            number += 1
            let choice = Int.random(in: 0..<100, using: &random)
            let pick = random.next()
            let idempotencyKey = "change-\(seed)-\(number)"
            let goesOn =
                switch choice {
                case ..<30: await perform(.init(kind: .create, key: nil, idempotencyKey: idempotencyKey))
                case ..<45: await change(.rotate(withGrace: false), pick, idempotencyKey)
                case ..<55: await change(.rotate(withGrace: true), pick, idempotencyKey)
                case ..<67: await change(.revoke, pick, idempotencyKey)
                case ..<77: await change(.disable, pick, idempotencyKey)
                case ..<85: await change(.enable, pick, idempotencyKey)
                default: await verify(pick)
                }
            if !goesOn { return }
        }
    }

    private func change(_ kind: KeyLedger.Change.Kind, _ pick: UInt64, _ idempotencyKey: String) async -> Bool {
        guard let key = ledger.take(pick) else { return true }
        // At most so many secrets of a key work at once; more than a few would only be refused.
        if case .rotate = kind, key.older.count >= 4 {
            ledger.giveBack(key)
            return true
        }
        return await perform(.init(kind: kind, key: key.id, idempotencyKey: idempotencyKey))
    }

    /// Asks for a change.
    /// - Returns: `false` if the server is gone; the change is in doubt then.
    func perform(_ change: KeyLedger.Change) async -> Bool {
        let answer: ServerClient.Answer
        do {
            answer = try await send(change)
        } catch {
            ledger.doubt(change)
            return false
        }
        apply(change, answer)
        return true
    }

    private func send(_ change: KeyLedger.Change) async throws -> ServerClient.Answer {
        let fields = [(name: "Idempotency-Key", value: change.idempotencyKey)]
        let path = change.key.map { "/v1/keys/\($0)" } ?? "/v1/keys"
        return switch change.kind {
        case .create:
            try await client.send(
                .admin, .POST, path, json: #"{"name":"\#(change.idempotencyKey)","scopes":["a:b"]}"#, fields: fields)
        case .rotate(let withGrace):
            try await client.send(
                .admin, .POST, path + "/rotate", json: #"{"grace":"\#(withGrace ? "24h" : "0s")"}"#, fields: fields)
        case .revoke: try await client.send(.admin, .POST, path + "/revoke", json: #"{"reason":"a test"}"#)
        case .disable: try await client.send(.admin, .POST, path + "/disable")
        case .enable: try await client.send(.admin, .POST, path + "/enable")
        }
    }

    private func apply(_ change: KeyLedger.Change, _ answer: ServerClient.Answer) {
        let known = change.key.flatMap(ledger.key)
        switch (change.kind, answer.status, known) {
        case (.create, 201, nil):
            guard let id = answer["key"]?["id"]?.string, let secret = answer["secret"]?.string else { break }
            ledger.acknowledge("key.create", .init(id: id, current: secret))
            return
        case (.rotate(let withGrace), 201, var key?):
            guard let secret = answer["secret"]?.string else { break }
            if !withGrace { key.older = key.older.map { ($0.secret, false) } }
            key.older.append((key.current, withGrace))
            key.current = secret
            ledger.acknowledge("key.rotate", key)
            return
        case (.revoke, 200, var key?):
            key.state = .revoked
            ledger.acknowledge("key.revoke", key)
            return
        case (.disable, 200, var key?):
            let action = key.state == .disabled ? nil : "key.disable"
            key.state = .disabled
            if let action { ledger.acknowledge(action, key) } else { ledger.giveBack(key) }
            return
        case (.enable, 200, var key?):
            let action = key.state == .active ? nil : "key.enable"
            key.state = .active
            if let action { ledger.acknowledge(action, key) } else { ledger.giveBack(key) }
            return
        default: break
        }
        ledger.surprise("\(change.kind) of \(change.key ?? "a new key"): \(answer.status) \(answer.text)")
    }

    private func verify(_ pick: UInt64) async -> Bool {
        guard let key = ledger.take(pick) else { return true }
        defer { ledger.giveBack(key) }
        do {
            for (secret, code) in key.expected {
                let found = try await client.check(secret).code
                if found != code { ledger.surprise("\(key.id) is \(found), where \(code) was acknowledged") }
            }
            return true
        } catch {
            return false
        }
    }

    /// Repeats what was in doubt: it must end as if it had been asked for once.
    func settle(_ change: KeyLedger.Change) async throws {
        if let key = change.key.flatMap(ledger.key) {
            let codes = try await client.verify([key.current])
            let possible = Self.possible(change.kind, of: key)
            if !possible.contains(codes[0]) { ledger.surprise("\(change.kind) in doubt has left \(codes[0])") }
        }
        guard await perform(change) else { throw Unfulfilled(description: "a change in doubt is repeated") }
    }

    /// What the newest secret that is known may be answered with while a change is in doubt.
    private static func possible(_ kind: KeyLedger.Change.Kind, of key: KeyLedger.Key) -> [String] {
        let before = key.expected[0].code
        return switch kind {
        case .create: []
        case .rotate(let withGrace): key.state == .active && !withGrace ? [before, "rotated_key"] : [before]
        case .revoke: [before, "revoked_key"]
        case .disable: [before, "disabled_key"]
        case .enable: [before, "ok"]
        }
    }
}
