/// Promises of a shared store that a simulated one can break, one at a time.
package enum SharedFault: String, CaseIterable, Sendable {
    case listsNobody, losesHosts, keepsWhoLeft, confirmsStrangers, losesConfirmedEpochs, repeatsBeats, beatsByItself
    case forgetsWhoeverIsNamed, forgetsNobody, keepsLeases, keepsLeasesOfLeavers, keepsLeasesOfJoiners
    case skipsAChange, hidesTheNewest, reversesChanges, ignoresLimits, losesDigests, keepsUndoneChanges
    case tellsNoChanges, tellsNoConfirmations, tellsNoRecalls
    case chargesInPart, countsApart, neverForgetsUnits, chargesLate, staysOpen, correctsTwice, namesTwo
    case losesFinishes, answersFinishesAnew, findsStrangersGrants, givesEveryPlace, keepsPlaces, keepsPlacesOfJoiners
    case losesFloors, keepsFinishes
    case namesItselfAnew, answersWhenClosed
}
