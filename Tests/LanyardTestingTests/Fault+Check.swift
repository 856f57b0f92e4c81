extension Fault {
    /// The check that must notice this fault: a few words of its name.
    var noticedBy: String {
        switch self {
        case .losesNames, .losesExternalID, .losesEnvironments: "every field of projects and accounts"
        case .losesLimits, .losesMetadata, .losesRoleOrder: "every field of a key lasts"
        case .losesPolicyCosts: "every field of a policy"
        case .losesPublicKeys, .ordersSecretsByAge, .ignoresGrace: "every field of a secret"
        case .overwritesDigests: "a digest opens one key"
        case .listsOldestFirst, .ignoresVisibleProjects, .ignoresNameCase, .confusesStatuses:
            "a list of keys holds"
        case .ignoresPages: "pages of keys meet"
        case .forgetsRolesOfKeys: "a list by role"
        case .deletesWhatIsInUse, .deniesUse: "what keys and policies refer to"
        case .keepsDeletedWindows: "a deleted key takes"
        case .keepsWhatThrew: "a body that throws leaves nothing"
        case .skipsEpochs, .repeatsEpochs: "the epoch counts changes"
        case .swallowsErrors: "a key or policy can't refer"
        case .answersWhenClosed: "a closed store refuses"
        case .forgetsImports: "markers are remembered"
        case .breaksChains, .rewritesHashes: "audit entries are numbered"
        case .ignoresAuditTimes: "audit lists hold"
        case .overwritesUsage, .countsKeylessUsage: "usage adds up"
        case .leavesOldMinutes, .keepsUsageLonger: "old usage is put together"
        case .splitsPieces: "pages of usage meet"
        case .forgetsLastUse, .movesLastUseBack: "a key was last used"
        case .replacesAnswers: "an idempotent answer lasts"
        case .forgetsAnswersEarly, .keepsOldAnswers, .erasesBodiesEarly, .keepsOldBodies:
            "idempotent answers are forgotten"
        case .savesNoClock, .shortensWindows: "saved windows come back"
        case .keepsEmptyWindows: "a window is saved over"
        case .settlesUsageTwice, .losesSettledUsage, .settlesForEver: "usage that is settled"
        case .settlesOldWindows, .losesSettledWindows: "windows that are settled"
        case .revivesDeletedWindows: "windows of what was deleted"
        case .forgetsLateUsage: "usage of old minutes"
        case .updatesWhatIsAbsent: "what isn't there"
        case .readsHalfWrites: "changes become visible"
        case .losesQuotas: "every field of a key lasts"
        case .losesLeases, .losesBalances: "balances and leases last"
        case .hidesClosedLeases: "a batch that is asked again"
        case .forgetsAlerts, .repeatsAlerts: "alerts are told once"
        case .keepsDeletedBalances: "the quotas of a deleted key"
        case .deletesOpenBalances, .keepsOldLedger: "an old ledger is deleted"
        case .reapsOwnLeases: "leases of nodes that are gone"
        }
    }
}
