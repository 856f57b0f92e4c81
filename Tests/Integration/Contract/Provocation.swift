import LanyardWire
import NIOHTTP1
import TestSupport

// # How statuses are provoked
//
// For most operations a status has one cause, whatever the operation: no key, a key without the scope, a body of another
// type. So each recipe tells how a call succeeds, and that call is spoilt in the way of the status; where an operation
// needs a way of its own, its recipe names it.

extension Recipe {
    /// A call that this status is the answer to.
    func provocation(of status: Int, _ operation: ContractOperation, on node: TestNode) async throws -> Provocation {
        if let way = ways[status] { return try await way(node) }
        if status < 300 { return Provocation(call: try await call(node), code: nil) }
        switch status {
        case 400:
            let other = TestNode.unknownSecret()
            return Provocation(call: try await call(node).with("X-API-Key", other), code: "ambiguous_key")
        case 401: return Provocation(call: try await call(node).by(nil), code: "missing_key")
        case 403:
            let call = try await call(node).by(try await node.caller(["other:scope"]).secret)
            return Provocation(call: call, code: "insufficient_scope")
        case 404: return Provocation(call: try await call(node).forAnother(), code: "not_found")
        case 415:
            var call = try await call(node)
            call.body = Call.Body(bytes: Array("{}".utf8), mediaType: "text/plain")
            return Provocation(call: call, code: "unsupported_media_type")
        case 422:
            let call = try await call(node).with("Idempotency-Key", TestNode.name("idempotency"))
            _ = try await node.send(call)
            return Provocation(call: call.withAnotherBody(), code: "idempotency_mismatch")
        case 429:
            let caller = try await node.caller(
                [operation.scope].compactMap { $0 }, #""limits":[{"name":"once","amount":1,"window":"31d"}]"#)
            let call = try await call(node).by(caller.secret)
            _ = try await node.send(call)
            return Provocation(call: call, code: "rate_limited")
        default: throw UnexpectedAnswer("no way to \(status) with \(self.operation)")
        }
    }

    /// Sends what provokes `status`. One that is too large is told by its head alone.
    func answer(of status: Int, _ operation: ContractOperation, on node: TestNode) async throws -> (
        Answer, code: String?
    ) {
        if status == 413 {
            var call = try await call(node)
            call.body?.bytes = []
            let answer = try await RawExchange.send(
                head: call, contentLength: 1_048_577, to: node.client.address(of: call.listener))
            node.traffic.record(answer)
            return (answer, "too_large")
        }
        let provocation = try await provocation(of: status, operation, on: node)
        return (try await node.send(provocation.call), provocation.code)
    }
}

extension Call {
    /// The same for an object that there isn't: with another id in the path.
    fileprivate func forAnother() -> Call {
        var segments = target.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // `/v1/keys/{id}/action`
        if segments.count > 3, let prefix = segments[3].split(separator: "_").first {
            segments[3] = Recipe.unknownID(String(prefix))
        }
        var call = self
        call.target = segments.joined(separator: "/")
        return call
    }

    fileprivate func withAnotherBody() -> Call {
        var call = self
        // White space makes it another request, though it means the same.
        call.body = Body(bytes: (body?.bytes ?? Array("{}".utf8)) + [UInt8(ascii: " ")], mediaType: "application/json")
        return call
    }
}
