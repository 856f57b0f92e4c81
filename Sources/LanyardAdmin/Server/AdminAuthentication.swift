import HTTPTypes
import Hummingbird
import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import NIOCore

/// Who calls: an ordinary decision about an ordinary key, of the built-in project, with the endpoint's scope.
struct AdminAuthentication: Sendable {
    private let engine: KeyEngine
    private let reader = KeyReader(KeySource.standard)
    private let demands: [AdministrativeScope: Demand]

    /// How it came out.
    enum Outcome {
        /// A key that bounds its calls holds one open, which is to be ended with the answer.
        case caller(Caller, openCall: GrantID?, limits: LimitReport)
        case denied(Denial, limits: LimitReport)
    }

    init(engine: KeyEngine) throws(ScopeSyntaxError) {
        self.engine = engine
        var demands: [AdministrativeScope: Demand] = [:]
        for scope in AdministrativeScope.allCases {
            demands[scope] = Demand(
                audience: .projects([ProjectRecord.lanyardID]), scope: try ScopeExpression(parsing: scope.rawValue),
                canFinish: true)
        }
        self.demands = demands
    }

    func authenticate(_ request: Request, _ context: AdminContext, for scope: AdministrativeScope) async -> Outcome {
        var report = LimitReport()
        guard let demand = demands[scope] else { return .denied(Denial(.unavailable), limits: report) }
        let address = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let method = HTTPMethodName(request.method.rawValue)
        let path = Array(request.uri.path.utf8)
        let presented = reader.read(request.headers, target: nil)
        guard case .text(let text, from: _) = presented else {
            let decision = presented.withPresented { presented in
                engine.decide(
                    DecisionRequest(presented: presented, demand: demand, address: address, method: method),
                    report: &report)
            }
            guard case .deny(let denial) = decision else { return .denied(Denial(.unavailable), limits: report) }
            return .denied(denial, limits: report)
        }
        let secret = text.secret
        let decision = await engine.decideFetching(secret, report: &report, path: path) { presented, path in
            DecisionRequest(presented: presented, demand: demand, address: address, method: method, path: path)
        }
        switch decision {
        case .grant(let granted):
            let caller = Caller(granted.key, requestID: context.requestID, secret: secret)
            return .caller(caller, openCall: granted.grantID, limits: report)
        case .deny(let denial): return .denied(denial, limits: report)
        case .needs: return .denied(Denial(.unavailable), limits: report)
        }
    }
}
