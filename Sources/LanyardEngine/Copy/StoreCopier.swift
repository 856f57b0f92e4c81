package import LanyardStorage

// # Copying a store
//
// The source keeps no list of what was changed when, so a copy is made by comparing: each pass reads both stores in the
// order of their keys and writes what differs. The first pass copies everything, each further one what has changed since
// the one before began, while a server goes on changing the source. The last passes are made while nobody serves, until
// one finds no difference; that one is the proof that the copy is whole.
//
// So there is no position that could be wrong after an interruption: what has been copied is found by reading it, which
// costs a fraction of writing it. And a key that was revoked meanwhile can't come back: the revoked row differs, and is
// written over the older one.
//
// Between the first row and the end the target says of itself that it is no whole store, and no server starts on it. The
// end comes in two steps, each in one store: first the source says where its content has gone, then the target says that
// it is whole. Interrupted between the two, neither is served, and finishing again takes the second step.
//
// A source that was put back to an earlier state while it was being copied would undo what came after, revocations too.
// Its audit log tells: that of the target must always be the beginning of the source's.

/// Copies one store into another.
package struct StoreCopier {
    /// How many rows are read at once from each side.
    package struct Pages: Sendable {
        package var source = 2_000
        package var target = 2_000

        package init() {}
    }

    /// With fewer differences than this, another pass would find as many again.
    static let fewDifferences = 1_000
    /// A source that changes faster than it can be copied is not waited for.
    static let mostPasses = 5
    /// While nobody serves, the second pass at the latest finds no difference.
    static let mostLastPasses = 3

    private let source: any CopySource
    private let target: any CopyTarget
    private let pages: Pages
    private let progress: (CopyProgress) -> Void

    package init(
        from source: any CopySource, to target: any CopyTarget, pages: Pages = Pages(),
        progress: @escaping (CopyProgress) -> Void = { _ in }
    ) {
        self.source = source
        self.target = target
        self.pages = pages
        self.progress = progress
    }

    /// Copies until little is left to copy; a server may go on serving the source.
    /// - Throws: ``CopyRefusal``, or what a store throws.
    package func approach() throws -> CopyReport {
        try run(most: Self.mostPasses) { $0.differences < Self.fewDifferences }
    }

    /// Copies until nothing is left to copy. Nobody may serve the source.
    /// - Throws: ``CopyRefusal``, or what a store throws.
    package func finish() throws -> CopyReport {
        let report = try run(most: Self.mostLastPasses, until: \.isEqual)
        guard report.passes.last?.isEqual == true else { throw CopyRefusal.notSettling }
        return report
    }

    private func run(most: Int, until isEnough: (CopyPassReport) -> Bool) throws -> CopyReport {
        var snapshot = try source.beginSnapshot()
        guard let origin = snapshot.origin else { throw CopyRefusal.sourceUnused }
        var record = try claim(origin, snapshot)
        var passes: [CopyPassReport] = []
        repeat {
            if !passes.isEmpty { snapshot = try source.beginSnapshot() }
            guard snapshot.origin == origin, snapshot.epoch >= record.epoch else { throw CopyRefusal.sourceWentBack }
            // Before the first row: from then on the target may hold something of this epoch.
            record.epoch = snapshot.epoch
            try target.note(record)
            var pass = try CopyPass(
                passes.count + 1, epoch: snapshot.epoch, source: source, target: target, pages: pages,
                progress: progress)
            let report = try pass.run()
            passes.append(report)
            if report.differences > Self.fewDifferences { try target.analyze() }
        } while !passes.suffix(1).allSatisfy(isEnough) && passes.count < most
        return CopyReport(record: record, passes: passes)
    }

    /// Takes the target for this source, or finds that it is taken already.
    private func claim(_ origin: [UInt8], _ snapshot: CopySnapshot) throws -> CopyRecord {
        let fresh = CopyRecord(origin: origin, epoch: snapshot.epoch)
        let record = try target.claim(fresh) ?? fresh
        guard record.isOf(origin) else { throw CopyRefusal.targetOfAnother }
        switch record.state {
        case .complete: throw CopyRefusal.targetComplete(record)
        case .copying: break
        }
        if let move = snapshot.movedTo, move.copy != record.id { throw CopyRefusal.sourceMoved(move) }
        return record
    }
}
