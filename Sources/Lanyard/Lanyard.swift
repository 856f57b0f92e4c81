// The face of Lanyard for services that verify keys in their own process: everything that it promises, by one import.

@_exported public import LanyardCore
@_exported public import LanyardEngine
@_exported public import LanyardManagement
@_exported public import LanyardSQLite
@_exported public import LanyardStorage
