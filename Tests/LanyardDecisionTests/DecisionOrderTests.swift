import LanyardCore
import Testing

/// Something wrong with a request: the code that names it, and how to spoil a scene with it.
struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let code: DenialCode
    /// Faults of one slot overwrite each other, so no request can have two of them.
    let slot: String?
    let spoil: @Sendable (inout Scene) -> Void

    var testDescription: String { name }

    init(
        _ code: DenialCode, _ name: String? = nil, slot: String? = nil,
        _ spoil: @escaping @Sendable (inout Scene) -> Void
    ) {
        self.name = name ?? code.text
        self.code = code
        self.slot = slot
        self.spoil = spoil
    }

    /// Every fault that this version can find, in the order of the contract.
    static let inOrder: [Fault] = [
        Fault(.unavailable, "node not current") { $0.node.isCurrent = false },
        Fault(.missingKey, slot: "presented") { $0.presentedText = nil },
        Fault(.ambiguousKey, slot: "presented") { $0.isAmbiguous = true },
        Fault(.malformedKey, slot: "presented") { $0.presentedText = Array("not a key".utf8) },
        Fault(.malformedKey, "wrong checksum", slot: "presented") { scene in
            guard var text = scene.presentedText, let last = text.last else { return }
            text[text.count - 1] = last == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            scene.presentedText = text
        },
        Fault(.unknownKey, slot: "known") { $0.isKnown = false },
        Fault(.tooManyUnknownKeys, slot: "known") { scene in
            scene.isUnloaded = true
            scene.node.lookUpWaitMilliseconds = 1000
        },
        Fault(.revokedKey) { $0.record.revokedAt = Scene.now.wall },
        Fault(.accountSuspended) { $0.account.isSuspended = true },
        Fault(.disabledKey) { $0.record.isDisabled = true },
        Fault(.notYetValid) { $0.record.notBefore = Scene.now.wall.advanced(byMilliseconds: 1) },
        Fault(.expiredKey) { $0.record.expiresAt = Scene.now.wall },
        Fault(.rotatedKey) { $0.graceEndsAt = Scene.now.wall },
        Fault(.wrongProject) { $0.audience = .projects([ProjectID.make(atMilliseconds: 9)]) },
        Fault(.wrongEnvironment) { $0.environment = EnvironmentName("test") },
        Fault(.proofRequired) { $0.record.proof = .signature },
        Fault(.ipNotAllowed) { $0.record.ipAllowlist = [CIDR("198.51.100.0/24")].compactMap(\.self) },
        Fault(.invalidRequestPath, slot: "path") { scene in
            scene.path = "/v1/%2e%2e/admin"
            if scene.demandPaths.isEmpty { scene.demandPaths = [PathPattern("/**")].compactMap(\.self) }
        },
        Fault(.methodNotAllowedForKey) { $0.record.methods = [HTTPMethodName("POST")].compactMap(\.self) },
        Fault(.methodNotAllowedForKey, "method of the policy") {
            $0.demandMethods = [HTTPMethodName("PUT")].compactMap(\.self)
        },
        Fault(.pathNotAllowedForKey) { $0.record.paths = [PathPattern("/v2/**")].compactMap(\.self) },
        Fault(.pathNotAllowedForKey, "path of the policy", slot: "path") {
            $0.demandPaths = [PathPattern("/v3/**")].compactMap(\.self)
        },
        Fault(.insufficientScope) { $0.scope = "invoices:write" },
        Fault(.tooManyInFlight, slot: "in flight") { scene in
            scene.maximumInFlight = 1
            scene.callsOpenBefore = 1
        },
        Fault(.tooManyInFlight, "no way to finish", slot: "in flight") { scene in
            scene.maximumInFlight = 5
            scene.canFinish = false
        },
        Fault(.rateLimited, "key's limit") { $0.keyUnitsBefore = 10 },
        Fault(.rateLimited, "account's limit") { $0.accountUnitsBefore = 10 },
    ]

    static let pairs: [(earlier: Int, later: Int)] = inOrder.indices.flatMap { earlier in
        inOrder.indices.filter { $0 > earlier }.map { (earlier, $0) }
    }
}

@Suite("The order of the decision")
struct DecisionOrderTests {
    @Test("a request with nothing wrong is granted, and charged once in every limit")
    func granted() throws {
        let stage = try Stage(Scene())
        var report = LimitReport()
        guard case .grant = stage.decide(report: &report) else {
            Issue.record("not granted")
            return
        }
        #expect(report.statuses.map(\.remaining) == [9, 9])
        #expect(stage.explain().denial == nil)
    }

    @Test("each fault alone is named by its code, charges nothing, and is explained the same", arguments: Fault.inOrder)
    func single(fault: Fault) throws {
        try expect(fault.code, from: [fault])
    }

    @Test("of any two faults the earlier one names the code, and nothing is charged")
    func everyPair() throws {
        var checked = 0
        for (first, second) in Fault.pairs {
            let earlier = Fault.inOrder[first]
            let later = Fault.inOrder[second]
            if let slot = earlier.slot, slot == later.slot { continue }
            try expect(earlier.code, from: [later, earlier])
            checked += 1
        }
        #expect(checked > 300)
    }

    @Test("with every fault at once, mending them one by one shows each code in the order of the contract")
    func peel() throws {
        var seenSlots = Set<String>()
        let faults = Fault.inOrder.filter { fault in fault.slot.map { seenSlots.insert($0).inserted } ?? true }
        for index in faults.indices {
            try expect(faults[index].code, from: faults[index...].reversed())
        }
    }

    @Test("every code of the catalogue that needs no later feature has a fault that shows it")
    func complete() {
        let later: Set<DenialCode> = [
            .invalidDerivation, .invalidSignature, .replayedSignature, .invalidCertificate, .quotaExceeded,
            .budgetExceeded, .untrustedProxy,
        ]
        #expect(Set(Fault.inOrder.map(\.code)).union(later) == Set(DenialCode.allCases))
    }

    private func expect(_ code: DenialCode, from faults: [Fault]) throws {
        var scene = try Scene()
        for fault in faults { fault.spoil(&scene) }
        let names = faults.map(\.name).joined(separator: " + ")
        let stage = try Stage(scene)
        let before = stage.charged
        var report = LimitReport()
        guard case .deny(let denial) = stage.decide(report: &report) else {
            Issue.record("granted in spite of \(names)")
            return
        }
        #expect(denial.code == code, "\(names)")
        #expect(stage.charged == before, "\(names) charged something")
        // An address over its budget is refused before the store is asked; explaining asks it.
        if code != .tooManyUnknownKeys {
            #expect(stage.explain().denial?.code == code, "\(names), explained")
        }
        #expect(stage.charged == before, "explaining \(names) charged something")
        #expect(!denial.detail.isEmpty && !denial.fix.isEmpty)
    }
}
