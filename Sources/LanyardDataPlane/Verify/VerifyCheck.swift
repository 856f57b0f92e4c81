import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire

/// One check, ready to be decided.
struct VerifyCheck {
    let question: Question

    enum Preparation {
        case ready(VerifyCheck)
        case refused(ManagementProblem)
    }

    /// - Parameter pointer: where the check stands in the body.
    static func prepare(
        _ body: VerifyBody, at pointer: JSONPointer, for caller: VerifyCaller, on service: any DecisionService
    ) -> Preparation {
        switch audience(of: body, at: pointer, for: caller, on: service) {
        case .refused(let problem): return .refused(problem)
        case .demanded(let audience):
            let demand = Demand(
                audience: audience, environment: body.environment, scope: body.scope, costs: body.costs, canFinish: true
            )
            let question = Question(
                key: .named(body.secret), demand: demand, address: body.address, method: body.method,
                path: body.path.map { $0[...] })
            return .ready(VerifyCheck(question: question))
        }
    }

    private enum AudienceFound {
        case demanded(Demand.Audience)
        case refused(ManagementProblem)
    }

    private static func audience(
        of body: VerifyBody, at pointer: JSONPointer, for caller: VerifyCaller, on service: any DecisionService
    ) -> AudienceFound {
        guard let named = body.project else {
            switch caller.reach {
            case .all: return .demanded(.everyProjectButLanyard)
            case .only(let names):
                return .demanded(.projects(names.compactMap { service.project(named: $0)?.id }))
            }
        }
        let project = service.project(named: named)
        // A caller that is bound learns of no other project, not even whether it exists.
        guard caller.reaches(project: project?.name ?? named) else {
            return .refused(.missing(scope: missingScope(for: named)))
        }
        guard let project else {
            let error = InvalidRequest(pointer.appending("project"), "there is no such project")
            return .refused(.invalid(error))
        }
        return .demanded(.projects([project.id]))
    }

    /// The scope that names the project as the caller did, if it can be written so.
    private static func missingScope(for project: String) -> String {
        let bound = AdministrativeScope.verify.bound(to: project)
        return Scope(bound) == nil ? AdministrativeScope.verify.rawValue : bound
    }

    /// What a decision on it is answered with.
    func answer(
        _ decision: Decision, _ report: LimitReport, for caller: VerifyCaller, on service: any DecisionService
    ) -> VerifyAnswer {
        switch decision {
        case .grant(let granted):
            VerifyAnswer(
                denial: nil, key: granted.key, grantID: granted.grantID, limits: report.statuses,
                quotas: report.quotas)
        case .deny(let denial):
            VerifyAnswer(
                denial: denial, key: tellableKey(for: caller, on: service), grantID: nil, limits: report.statuses,
                quotas: report.quotas)
        case .needs:
            VerifyAnswer(denial: Denial(.unavailable), key: nil, grantID: nil, limits: [], quotas: [])
        }
    }

    /// The key that was denied, unless it is of a project that this check may not find valid: what a caller can't verify
    /// it doesn't learn about either.
    private func tellableKey(for caller: VerifyCaller, on service: any DecisionService) -> ResolvedKey? {
        guard let key = question.knownKey(on: service), question.demand.admits(project: key.project),
            caller.reaches(project: key.projectName)
        else { return nil }
        return key
    }
}
