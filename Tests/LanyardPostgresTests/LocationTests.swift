import LanyardStorage
import Testing

@testable import LanyardPostgres

@Suite("Where a database is")
struct LocationTests {
    private func refusal(_ text: String) -> PostgresLocation.Refusal? {
        do throws(PostgresLocation.Refusal) {
            _ = try PostgresLocation(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    private func parameters(_ text: String, _ environment: [String: String] = [:]) throws -> [String: String] {
        let all = try PostgresLocation(parsing: text)
            .connectionParameters(password: nil, settings: PostgresSettings(), environment: environment)
        return Dictionary(uniqueKeysWithValues: all)
    }

    @Test("an address with a password is refused, and never repeated")
    func passwords() {
        for text in [
            "postgres://u:swordfish@h/d", "postgres://u@h/d?password=swordfish", "postgres://h/d?sslpassword=x",
        ] {
            #expect(refusal(text) == .hasPassword)
            #expect(refusal(text)?.description.contains("swordfish") == false)
        }
        #expect(
            refusal("postgres://u:swordfish@h:port/d") == .malformed
                || refusal("postgres://u:swordfish@h:port/d") == .hasPassword)
        #expect(refusal("host=db password=swordfish") == .notAURL)
        #expect(refusal("postgres://u@h/d?unknown=swordfish") == .malformed)
        #expect(refusal("postgres://u@h") == .hasNoDatabase)
    }

    @Test("an address is told without its parameters")
    func description() throws {
        let texts = [
            "postgres://u@h:1/d?sslkey=%2Fhome%2Fu%2Fkey": "postgres://u@h:1/d", "postgresql:///d": "postgres:///d",
            "postgres://a:1,b:2/d": "postgres://a:1,b:2/d", "postgres://[::1]:5/d": "postgres://[::1]:5/d",
        ]
        for (text, expected) in texts { #expect(try PostgresLocation(parsing: text).description == expected) }
    }

    @Test(
        "a server elsewhere must show a certificate of its name",
        arguments: [
            "postgres://db.example/d", "postgres://10.0.0.1/d", "postgres://127.0.0.1,db.example/d",
            "postgres://127.0.0.1.example/d",
        ])
    func remote(text: String) throws {
        let all = try parameters(text)
        #expect(all["sslmode"] == "verify-full")
        #expect(all["gssencmode"] == "disable")
        #expect(all["sslrootcert"] != nil)
        #expect(try PostgresLocation(parsing: text).warning(environment: [:]) == nil)
    }

    @Test("a server that only the environment names is judged like any other")
    func inherited() throws {
        #expect(try parameters("postgres:///d", ["PGHOST": "db.example"])["sslmode"] == "verify-full")
        #expect(try parameters("postgres:///d", ["PGHOST": "/var/run"])["sslmode"] == nil)
    }

    @Test(
        "on this machine nothing is demanded",
        arguments: [
            "postgres://127.0.0.1/d", "postgres://localhost/d", "postgres:///d", "postgres://[::1]/d",
            "postgres://%2Fvar%2Frun/d",
        ])
    func local(text: String) throws {
        #expect(try parameters(text)["sslmode"] == nil)
        #expect(try PostgresLocation(parsing: "\(text)?sslmode=disable").warning(environment: [:]) == nil)
    }

    @Test("who asks for less gets it, and a warning", arguments: ["disable", "prefer", "require", "verify-ca"])
    func explicit(mode: String) throws {
        let text = "postgres://db.example/d?sslmode=\(mode)"
        #expect(try parameters(text)["sslmode"] == mode)
        #expect(try PostgresLocation(parsing: text).warning(environment: [:])?.contains("sslmode=\(mode)") == true)
    }

    @Test("what the address says wins over what is usual")
    func precedence() throws {
        let all = try parameters("postgres://h/d?connect_timeout=30&sslrootcert=%2Fca.pem&keepalives_idle=1")
        #expect(all["connect_timeout"] == "30")
        #expect(all["sslrootcert"] == "/ca.pem")
        #expect(all["keepalives_idle"] == "1")
        #expect(try parameters("postgres://a,b/d")["target_session_attrs"] == "primary")
    }
}
