package import LanyardCore

/// What is to be added to a lifetime quota, or taken from it.
package struct Credit: Sendable {
    /// What the quota counts.
    package let unit: AllowanceUnit
    /// Taken away where it is negative; nano-dollars for ``AllowanceUnit/usd``.
    package let units: Int64
    /// The quota's name; `nil` where there is only one in the unit.
    package let quota: String?
    package let reason: String?

    package init(unit: AllowanceUnit, units: Int64, quota: String? = nil, reason: String? = nil) {
        self.unit = unit
        self.units = units
        self.quota = quota
        self.reason = reason
    }
}
