import Hummingbird
import Lanyard
import LanyardHummingbird

// An API with one protected route, its keys in a SQLite file in the working directory. From the project's root:
//
//     swift run HummingbirdService new-key      makes a key and shows it, once
//     swift run HummingbirdService              serves on 127.0.0.1:8090, or on $PORT
//     curl -H "Authorization: Bearer <key>" http://127.0.0.1:8090/invoices

@main
struct HummingbirdService {
    static func main() async throws {
        let keys = try await KeyEngine(.sqlite("keys.db"))
        if CommandLine.arguments.dropFirst().first == "new-key" {
            let new = try await keys.create(
                name: "example", scopes: ["invoices:read"], limits: [.requests(10, per: .seconds(60))])
            print(new.secret.reveal())
            try await keys.shutDown()
            return
        }
        let router = Router(context: BasicKeyRequestContext.self)
        router.group("invoices").add(middleware: RequireKey(keys, scope: "invoices:read"))
            .get { _, context in "hello, \(context.grant.key.name)" }
        let port = Environment().get("PORT", as: Int.self) ?? 8090
        // The engine runs beside the server: it writes down usage and windows each second.
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            services: [keys])
        try await application.runService()
        // Saves what the last second counted.
        try await keys.shutDown()
    }
}
