import LanyardCore
import LanyardHTTP
import Testing

@Suite("The original request behind a proxy")
struct ForwardedRequestTests {
    private static let proxy = IPAddress("10.0.0.1")

    private func read(
        _ dialect: ProxyDialect, _ fields: FieldList, peer: IPAddress? = ForwardedRequestTests.proxy,
        trusted: [String] = ["10.0.0.0/8", "fd00::/8"], method: String = "GET", target: String = "/v1/authorize/p/x",
        suffix: String = ""
    ) throws -> Result<ForwardedRequest, UntrustedProxy> {
        let reader = ForwardedRequestReader(dialect, trustedProxies: CIDRSet(try trusted.map { try CIDR(parsing: $0) }))
        return reader.read(
            ForwardAuthCall(peer: peer, method: method, target: target, suffix: suffix[...]), fields)
    }

    private static let complete: [ProxyDialect: FieldList] = [
        .nginx: ["X-Original-Method": "POST", "X-Original-URI": "/a?b=c", "X-Real-IP": "203.0.113.9"],
        .haproxy: ["x-original-method": "POST", "x-original-uri": "/a?b=c", "x-real-ip": "203.0.113.9"],
        .caddy: ["X-Forwarded-Method": "POST", "X-Forwarded-Uri": "/a?b=c", "X-Forwarded-For": "203.0.113.9"],
        .traefik: ["X-Forwarded-Method": "POST", "X-Forwarded-Uri": "/a?b=c", "X-Forwarded-For": "203.0.113.9"],
    ]

    @Test(
        "is what the dialect's headers say, from a trusted proxy", arguments: complete.keys.sorted { "\($0)" < "\($1)" }
    )
    func dialects(dialect: ProxyDialect) throws {
        let request = try read(dialect, try #require(Self.complete[dialect])).get()
        #expect(request.method?.description == "POST")
        #expect(request.target == "/a?b=c")
        #expect(request.path == "/a")
        #expect(request.address == IPAddress("203.0.113.9"))
    }

    @Test("with dialect none is the call itself, and no header is believed")
    func none() throws {
        let fields: FieldList = [
            "X-Original-Method": "POST", "X-Original-URI": "/a", "X-Real-IP": "1.1.1.1", "X-Forwarded-For": "1.1.1.1",
            "X-Forwarded-Method": "POST", "X-Forwarded-Uri": "/a",
        ]
        let request = try read(.none, fields, method: "PUT", target: "/v1/authorize?x").get()
        #expect(request.method?.description == "PUT")
        #expect(request.target == "/v1/authorize?x")
        #expect(request.address == Self.proxy)
        #expect(try read(.none, [:], peer: nil).get().address == nil)
    }

    @Test("with Envoy has the call's method, and the path that follows the policy's name")
    func envoy() throws {
        let request = try read(
            .envoy, ["X-Forwarded-For": "203.0.113.9, 10.0.0.7", "X-Forwarded-Method": "GET", "X-Original-URI": "/x"],
            method: "DELETE", suffix: "/v1/a?b"
        ).get()
        #expect(request.method?.description == "DELETE")
        #expect(request.target == "/v1/a?b")
        #expect(request.path == "/v1/a")
        #expect(request.address == IPAddress("203.0.113.9"))
    }

    @Test(
        "is refused where a header is missing, empty or doubled, by the header's name",
        arguments: [
            ProxyDialect.nginx, .haproxy, .caddy, .traefik,
        ])
    func missing(dialect: ProxyDialect) throws {
        let complete = try #require(Self.complete[dialect])
        for index in complete.fields.indices {
            let name = complete.fields[index].0
            var fields = complete
            fields.fields.remove(at: index)
            try expectRefusal(dialect, fields, name, .missing)
            fields.fields.append((name.uppercased(), ""))
            try expectRefusal(dialect, fields, name, .missing)
            fields = complete
            fields.fields.append((name.uppercased(), complete.fields[index].1))
            try expectRefusal(dialect, fields, name, .doubled)
        }
    }

    private func expectRefusal(
        _ dialect: ProxyDialect, _ fields: FieldList, _ header: String, _ reason: UntrustedProxy.Reason
    ) throws {
        guard case .failure(let refusal) = try read(dialect, fields) else {
            Issue.record("\(dialect) believed \(fields.fields)")
            return
        }
        #expect(refusal.header == FieldName(header))
        #expect(refusal.reason == reason)
        #expect(refusal.denial.code == .untrustedProxy)
        #expect(refusal.denial.detail.lowercased().contains(header.lowercased()))
        #expect(refusal.denial.fix.contains("--trusted-proxy"))
    }

    @Test(
        "is refused from an address that nobody has named, and from none",
        arguments: [
            ProxyDialect.nginx, .haproxy, .caddy, .traefik, .envoy,
        ])
    func untrusted(dialect: ProxyDialect) throws {
        let fields = Self.complete[dialect] ?? ["X-Forwarded-For": "203.0.113.9"]
        for (peer, trusted) in [
            (IPAddress("192.0.2.7"), ["10.0.0.0/8"]), (nil, ["10.0.0.0/8"]), (Self.proxy, []),
            (IPAddress("fd01::1"), ["10.0.0.0/8"]),
        ] {
            guard case .failure(let refusal) = try read(dialect, fields, peer: peer, trusted: trusted) else {
                Issue.record("believed")
                continue
            }
            #expect(refusal.reason == .sender(peer))
            if let peer { #expect(refusal.denial.detail.contains("\(peer)")) }
            #expect(refusal.denial.detail.contains("--trusted-proxy"))
        }
        // An IPv4 address in its IPv6 form is the same address.
        #expect(throws: Never.self) { try read(dialect, fields, peer: IPAddress("::ffff:10.0.0.1")).get() }
    }

    @Test(
        "comes from the rightmost address that is not a trusted proxy",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("1.1.1.1,203.0.113.9 , 10.0.0.2,\tfd00::1", "203.0.113.9"), ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("junk, 203.0.113.9", "203.0.113.9"), ("2001:db8::1, 10.0.0.2", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"), ("1.1.1.1, ::ffff:10.0.0.9", "1.1.1.1"),
            // What can't be read can't be trusted, nor can anything to its left.
            ("203.0.113.9, junk", nil), ("203.0.113.9, junk, 10.0.0.2", nil), ("203.0.113.9,", nil),
            (", 10.0.0.2", nil),
            ("203.0.113.9:1234", nil), ("[2001:db8::1]", nil), ("unknown", nil), ("203.0.113.09", nil),
        ])
    func forwardedFor(list: String, client: String?) throws {
        let result = try read(.envoy, ["X-Forwarded-For": list], suffix: "/")
        switch result {
        case .success(let request): #expect(request.address?.description == client)
        case .failure(let refusal):
            #expect(client == nil)
            #expect(refusal.reason == .noAddress)
        }
    }

    @Test("is one address in X-Real-IP, and nothing else", arguments: ["1.1.1.1, 2.2.2.2", "x", "1.1.1.1:80"])
    func realIP(value: String) throws {
        try expectRefusal(
            .nginx, ["X-Original-Method": "GET", "X-Original-URI": "/", "X-Real-IP": value], "X-Real-IP", .noAddress)
    }

    @Test("has no method where the method has no name that a restriction could hold")
    func oddMethod() throws {
        var fields = try #require(Self.complete[.nginx])
        fields.fields[0].1 = "get"
        #expect(try read(.nginx, fields).get().method == nil)
    }
}
