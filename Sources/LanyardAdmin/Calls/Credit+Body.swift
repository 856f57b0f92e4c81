import LanyardManagement
import LanyardWire

extension Credit {
    init(_ body: CreditBody) {
        self.init(unit: body.unit, units: body.units, quota: body.quota, reason: body.reason)
    }
}
