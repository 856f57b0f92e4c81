public import ArgumentParser
public import LanyardCore

// The enumerations of the API as option values: help and completion list their cases.

extension AllowanceUnit: ExpressibleByArgument {}
extension ProofRequirement: ExpressibleByArgument {}
extension ProxyDialect: ExpressibleByArgument {}
extension KeyRecord.Status: ExpressibleByArgument {}
