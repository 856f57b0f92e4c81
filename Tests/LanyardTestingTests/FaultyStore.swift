import LanyardStorage
import LanyardTesting

/// Promises that a store can break, one at a time.
enum Fault: String, CaseIterable, Sendable {
    case losesNames, losesLimits, losesMetadata, losesRoleOrder, losesExternalID, losesPolicyCosts, losesEnvironments
    case losesPublicKeys, ordersSecretsByAge, overwritesDigests, ignoresGrace
    case listsOldestFirst, ignoresPages, ignoresVisibleProjects, ignoresNameCase, confusesStatuses, forgetsRolesOfKeys
    case deletesWhatIsInUse, deniesUse, keepsDeletedWindows
    case keepsWhatThrew, skipsEpochs, repeatsEpochs, swallowsErrors, answersWhenClosed, forgetsImports
    case breaksChains, rewritesHashes, ignoresAuditTimes
    case overwritesUsage, splitsPieces, countsKeylessUsage, forgetsLastUse, movesLastUseBack
    case leavesOldMinutes, keepsUsageLonger
    case replacesAnswers, forgetsAnswersEarly, keepsOldAnswers, erasesBodiesEarly, keepsOldBodies
    case savesNoClock, keepsEmptyWindows, shortensWindows
    case settlesUsageTwice, losesSettledUsage, settlesForEver, settlesOldWindows, losesSettledWindows
    case revivesDeletedWindows, forgetsLateUsage
    case updatesWhatIsAbsent, readsHalfWrites
    case losesQuotas, losesLeases, losesBalances, hidesClosedLeases, forgetsAlerts, repeatsAlerts, keepsDeletedBalances
    case deletesOpenBalances, keepsOldLedger, reapsOwnLeases
}

/// A store that keeps all of its promises but one: the suite must notice each.
struct FaultyStore: Store {
    let sound: any Store
    let fault: Fault

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        if fault == .readsHalfWrites {
            // Two states in one read: the second one may be newer.
            let epoch = try await sound.read { try $0.epoch() }
            await Task.yield()
            return try await sound.read { [fault] in
                try body(FaultyTransaction(reading: $0, writing: nil, fault: fault, earlierEpoch: epoch))
            }
        }
        return try await sound.read { [fault] in
            try body(FaultyTransaction(reading: $0, writing: nil, fault: fault))
        }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result
    ) async throws -> Result {
        switch fault {
        case .keepsWhatThrew:
            // The transaction is committed, and only then does the error reach the caller.
            return try await sound.write { [fault] store -> Swift.Result<Result, any Error> in
                Swift.Result { try body(FaultyTransaction(reading: store, writing: store, fault: fault)) }
            }.get()
        case .swallowsErrors:
            do {
                return try await sound.write(body)
            } catch is StoreError {
                throw StoreError(.inputOutput, "some error")
            }
        default:
            return try await sound.write { [fault] store in
                try body(FaultyTransaction(reading: store, writing: store, fault: fault))
            }
        }
    }

    func close() async throws {
        if fault == .answersWhenClosed { return }
        try await sound.close()
    }
}
