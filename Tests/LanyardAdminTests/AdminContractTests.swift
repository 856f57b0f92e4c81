import HTTPTypes
import LanyardManagement
import LanyardWire
import TestSupport
import Testing

@testable import LanyardAdmin

@Suite("The admin listener, held against openapi.yaml")
struct AdminContractTests {
    private let operations: [ContractOperation]

    init() throws {
        operations = try Contract.shared.get().operations().filter { $0.tags.contains("admin") }
    }

    @Test("there is an endpoint for each operation of the contract, with its scope, and no other")
    func endpoints() {
        let promised = operations.map { "\($0.method) \($0.path) \($0.scope ?? "-")" }
        let kept = EndpointTable.all.endpoints.map { "\($0.method.rawValue) \($0.path) \($0.scope?.rawValue ?? "-")" }
        #expect(promised.sorted() == kept.sorted())
    }

    @Test("every path allows the methods that the contract lists")
    func allowed() throws {
        for (path, endpoints) in Dictionary(grouping: EndpointTable.all.endpoints, by: \.path) {
            let operation = try #require(operations.first { $0.path == path })
            #expect(Set(EndpointTable.allowed(endpoints)) == Set(try #require(operation.allowed)), "\(path)")
        }
    }

    @Test("what is served at /openapi.yaml is the file, to the byte")
    func document() throws {
        let isSame = try Contract.text() == OpenAPIDocument.text
        #expect(isSame, "run scripts/embed-openapi")
    }
}
