import LanyardSQLite
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@Suite("The conformance suite notices what a shared store breaks")
struct SharedStoreConformanceTests {
    private func suite(_ fault: SharedFault? = nil, patience: Duration = .seconds(20)) -> SharedStoreConformance {
        SharedStoreConformance(patience: patience) { count in
            let cluster = SimulatedCluster(try await StoreSource.inMemory.open(), fault: fault)
            return (0..<count).map { _ in cluster.open() }
        }
    }

    @Test("a sound one passes", arguments: SharedStoreConformance.checks)
    func sound(check: SharedStoreCheck) async throws {
        try await suite().run(check)
    }

    @Test("each fault fails the check that is there for it", arguments: SharedFault.allCases)
    func fault(fault: SharedFault) async throws {
        let check = try #require(SharedStoreConformance.checks.first { $0.name.hasPrefix(fault.noticedBy) })
        do {
            try await suite(fault, patience: .milliseconds(500)).run(check)
            Issue.record("\(check) did not notice that a store \(fault)")
        } catch let failure as ConformanceFailure {
            #expect(failure.check == check.name)
        } catch is StoreError {}
    }

    @Test("no two checks have one name")
    func names() {
        #expect(Set(SharedStoreConformance.checks.map(\.name)).count == SharedStoreConformance.checks.count)
    }
}

extension SharedFault {
    /// The check that must notice this fault: a few words of its name.
    fileprivate var noticedBy: String {
        switch self {
        case .listsNobody, .losesHosts: "nodes that joined"
        case .keepsWhoLeft, .confirmsStrangers: "a node that left"
        case .losesConfirmedEpochs: "what a node confirms"
        case .repeatsBeats, .beatsByItself: "each confirmation"
        case .forgetsWhoeverIsNamed, .forgetsNobody: "nodes that were silent"
        case .keepsLeases: "what a forgotten node"
        case .keepsLeasesOfLeavers: "what a node that leaves"
        case .keepsLeasesOfJoiners: "what a node that joins again"
        case .losesDigests: "a change of each kind"
        case .ignoresLimits: "changes come in portions"
        case .keepsUndoneChanges: "a change that was undone"
        case .skipsAChange, .hidesTheNewest, .reversesChanges: "however many write"
        case .tellsNoChanges: "a change is told"
        case .tellsNoConfirmations: "a confirmation is told"
        case .tellsNoRecalls: "a recall is told"
        case .chargesInPart: "a question charges all"
        case .countsApart: "what one node charged"
        case .neverForgetsUnits: "a unit comes back"
        case .chargesLate: "what is put too late"
        case .correctsTwice: "the clock of the counters"
        case .staysOpen: "after a step of the clock"
        case .namesTwo: "the counters have one name"
        case .losesFinishes, .answersFinishesAnew: "the end of a call waits"
        case .findsStrangersGrants: "a call of a node that nobody knows"
        case .keepsFinishes: "ends of calls are forgotten"
        case .givesEveryPlace: "nodes hold no more places"
        case .losesFloors: "a node never holds fewer"
        case .keepsPlaces, .keepsPlacesOfJoiners: "what a node held is free"
        case .namesItselfAnew: "a store is one incarnation"
        case .answersWhenClosed: "a closed shared store"
        }
    }
}
