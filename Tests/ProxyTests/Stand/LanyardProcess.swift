import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

/// `lanyard serve`, and an administrator's calls to it.
final class LanyardProcess: Sendable {
    let port: Int
    private let admin: String
    private let adminSecret: String
    private let process: ServerProcess

    private init(port: Int, admin: String, adminSecret: String, _ process: ServerProcess) {
        (self.port, self.admin, self.adminSecret, self.process) = (port, admin, adminSecret, process)
    }

    static func start(in folder: URL, port: Int) async throws -> LanyardProcess {
        let ready = folder.appending(path: "ready.json")
        // One that was killed has left it behind.
        try? FileManager.default.removeItem(at: ready)
        let arguments = [
            "serve", "--data", "127.0.0.1:\(port)", "--admin", "127.0.0.1:0", "--database", "sqlite:lanyard.sqlite",
            "--admin-key-file", "admin.key", "--ready-file", "ready.json", "--trusted-proxy", "127.0.0.1/32",
            "--threads", "1", "--log-level", "warning",
        ]
        let process = try ServerProcess([BuiltProgram.lanyard] + arguments, in: folder.path)
        let addresses = try await process.addresses(in: ready.path)
        let secret = try String(contentsOf: folder.appending(path: "admin.key"), encoding: .utf8)
        guard let port = addresses.data.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw RunningProxy.Failure("no port in \(addresses.data)")
        }
        return LanyardProcess(
            port: port, admin: addresses.admin, adminSecret: secret.trimmingCharacters(in: .newlines), process)
    }

    func end() async { await process.kill() }

    struct Key: Sendable {
        let id: String
        let secret: String

        var bearer: (String, String) { ("Authorization", "Bearer \(secret)") }
    }

    /// Makes a key; `fields` are members beside its name, as `"scopes":["a:b"]`.
    func key(_ fields: String) async throws -> Key {
        let answer = try await call("/v1/keys", #"{"name":"k",\#(fields)}"#)
        guard let key = answer["key"] as? [String: Any], let id = key["id"] as? String,
            let secret = answer["secret"] as? String
        else { throw RunningProxy.Failure("no key was made") }
        return Key(id: id, secret: secret)
    }

    func account() async throws -> String {
        let answer = try await call("/v1/accounts", #"{"name":"Acme"}"#)
        guard let account = answer["account"] as? [String: Any], let id = account["id"] as? String else {
            throw RunningProxy.Failure("no account was made")
        }
        return id
    }

    /// Makes a policy, and returns its id.
    func policy(_ json: String) async throws -> String {
        let answer = try await call("/v1/policies", json)
        guard let policy = answer["policy"] as? [String: Any], let id = policy["id"] as? String else {
            throw RunningProxy.Failure("no policy was made")
        }
        return id
    }

    func removePolicy(_ id: String) async throws { _ = try await call("/v1/policies/\(id)", method: .DELETE) }

    func revoke(_ key: Key) async throws { _ = try await call("/v1/keys/\(key.id)/revoke", "{}") }

    private func call(
        _ path: String, _ json: String? = nil, method: HTTPMethod = .POST
    ) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: "http://\(admin)\(path)")
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(adminSecret)")
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(Array(json.utf8))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(60)))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status.code < 300 else {
            throw RunningProxy.Failure("\(path): \(response.status.code) \(String(buffer: body))")
        }
        if body.readableBytes == 0 { return [:] }
        return try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any] ?? [:]
    }
}
