import Foundation
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardServer

@Suite("What prevents a start")
struct StartFailureTests {
    @Test("an address in use is told with the flag that changes it, and the store is left closed")
    func addressInUse() async throws {
        let first = try TestServer()
        let server = try await first.start()
        for (setting, change) in [
            ("data", { (c: inout ServerConfiguration) in c.data = server.addresses.data }),
            ("admin", { (c: inout ServerConfiguration) in c.admin = server.addresses.data }),
        ] {
            var second = try TestServer()
            let free = second.configuration
            change(&second.configuration)
            let failure = try await second.failure()
            #expect(
                failure.sentence == "The \(setting) listener can't listen on \(server.addresses.data): "
                    + "the address is in use.")
            #expect(failure.fix?.contains("--\(setting)") == true)
            #expect(!second.folder.exists("ready.json"))
            second.configuration = free
            try await second.start().stop()
        }
        try await server.stop()
    }

    @Test("an address of another machine, and a name that nobody knows, are told")
    func unusableAddresses() async throws {
        var test = try TestServer()
        test.configuration.data = ListenAddress(host: "192.0.2.1", port: 0)
        #expect(try await test.failure().sentence.hasSuffix("this machine has no such address."))
        test.configuration.data = ListenAddress(host: "nobody.invalid", port: 0)
        #expect(try await test.failure().sentence.hasSuffix("the name is not known."))
    }

    @Test("a database that another server has open is told")
    func locked() async throws {
        let test = try TestServer()
        let server = try await test.start()
        var second = try TestServer()
        second.configuration.database = test.configuration.database
        let failure = try await second.failure()
        #expect(failure.sentence.contains("lanyard.sqlite can't be used"))
        #expect(failure.fix == "End the process that has it open, or name another file with --database.")
        #expect(try await get("http://\(server.addresses.data)/readyz").status == 200)
        try await server.stop()
    }

    @Test("a damaged database, one in no folder, and one that is a folder are told")
    func unusableDatabases() async throws {
        var test = try TestServer()
        let path = try test.folder.write(String(repeating: "no database ", count: 1_000), to: "damaged.sqlite")
        test.configuration.database = .sqlite(path: path)
        #expect(try await test.failure().fix?.contains("backup") == true)
        test.configuration.database = .sqlite(path: test.folder.file("nowhere/x.sqlite"))
        #expect(try await test.failure().fix?.contains("folder exists") == true)
        test.configuration.database = .sqlite(path: test.folder.path)
        #expect(try await test.failure().sentence.contains("can't be used"))
    }

    @Test("every fault of a store that a person can mend comes with what to do")
    func storeFaults() {
        for code in StoreError.Code.allCases {
            let failure = StartFailure.database(.sqlite(path: "x"), StoreError(code, "what happened"))
            #expect(failure.sentence == "The database sqlite:x can't be used: what happened.")
            let isMendable = ![.closed, .unavailable, .constraint, .inputOutput].contains(code)
            #expect((failure.fix != nil) == isMendable, "\(code)")
        }
        #expect(StartFailure.unexpected(StoreError(.full, "writing")).fix == "Make room on the disk.")
    }

    @Test("certificates that are missing, no certificates, or of another key are told")
    func certificates() async throws {
        var test = try TestServer()
        let (certificate, key) = (try Fixture.path("server.pem"), try Fixture.path("server.key"))
        let text = try test.folder.write("no PEM", to: "text.pem")
        let otherKey = try Fixture.path("renewed.key")
        for (files, sentence) in [
            (
                ("/nowhere/c.pem", key, nil),
                "The certificate in /nowhere/c.pem can't be used: no such file or directory."
            ),
            ((certificate, "/nowhere/k.pem", nil), "The private key in /nowhere/k.pem can't be used: no such file"),
            ((text, key, nil), "text.pem can't be used: it is no certificate in PEM form."),
            ((certificate, text, nil), "text.pem can't be used: it is no private key in PEM form."),
            ((certificate, otherKey, nil), "renewed.key can't be used: it is not the key of the certificate in"),
            ((certificate, key, text), "text.pem can't be used: it is no client authorities in PEM form."),
        ] as [((String, String, String?), String)] {
            test.configuration.tls = .init(
                certificate: files.0, privateKey: files.1, clientAuthorities: files.2)
            let failure = try await test.failure()
            #expect(failure.sentence.contains(sentence), "\(failure.sentence)")
            // Before the store is opened: nothing was made.
            #expect(!test.folder.exists("lanyard.sqlite"))
        }
    }

    @Test("a ready file that can't be written ends the start")
    func unwritableReadyFile() async throws {
        var test = try TestServer()
        test.configuration.readyFile = test.folder.file("nowhere/ready.json")
        let failure = try await test.failure()
        #expect(failure.sentence.contains("nowhere/ready.json: no such file or directory"))
        #expect(failure.fix?.contains("--ready-file") == true)
    }

    @Test("a secret in a path is not repeated")
    func secretInPath() {
        let path = "lyd_live_" + String(repeating: "0", count: 49)
        let failure = StartFailure.readyFile(path, FileProblem("no"))
        #expect(!failure.description.contains("0000"))
    }
}
