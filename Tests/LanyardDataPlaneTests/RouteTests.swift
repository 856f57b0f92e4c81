import NIOHTTP1
import Testing

@testable import LanyardDataPlane

@Suite("Routes")
struct RouteTests {
    private func route(_ path: String) -> Route? {
        RequestTarget(path)?.withPath { Route(path: $0) }
    }

    @Test("every path of the contract has its route")
    func known() {
        #expect(route("/v1/authorize") == .authorize)
        #expect(route("/v1/authorize?x") == .authorize)
        #expect(route("/v1/authorize/p/web") == .authorizeByPolicy(name: 16..<19, suffix: 19))
        #expect(route("/v1/authorize/p/web/v1/x?y") == .authorizeByPolicy(name: 16..<19, suffix: 19))
        #expect(route("/v1/verify") == .verify)
        #expect(route("/v1/verify/batch") == .verifyBatch)
        #expect(route("/v1/finish") == .finish)
        #expect(route("/v1/self") == .ownKey)
        #expect(route("/v1/self/rotate") == .rotateOwnKey)
        #expect(route("/v1/self/revoke") == .revokeOwnKey)
        #expect(route("/healthz") == .health)
        #expect(route("/readyz") == .readiness)
    }

    @Test(
        "nothing else has one, however near it comes",
        arguments: [
            "/", "/v1", "/v1/", "/v1/authorize/", "/v1/authorize/p", "/v1/authorize/p/", "/v1/authorize/p//x",
            "/v1/authorizex", "/v1/authorize/x/web", "//v1/authorize", "/V1/authorize", "/v1/%61uthorize",
            "/v1/verify/", "/v1/verify/batchx", "/v1/self/rotatex", "/v1/self/", "/healthzz", "/v1/keys",
        ])
    func unknown(path: String) {
        #expect(route(path) == nil)
    }

    @Test("a forward-auth call may have any method, the others only their own")
    func methods() {
        #expect(Route.authorize.methods == nil)
        #expect(Route.authorizeByPolicy(name: 0..<1, suffix: 1).methods == nil)
        #expect(Route.verify.methods == [.POST])
        #expect(Route.ownKey.methods == [.GET, .HEAD])
    }
}
