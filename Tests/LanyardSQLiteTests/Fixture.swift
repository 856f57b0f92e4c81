import Foundation
import GRDB
import LanyardCore
import LanyardStorage
import Testing

@testable import LanyardSQLite

/// Rows that the tests write, and the little that they need to look at a store from outside.
enum Fixture {
    static let project = ProjectRecord(
        id: ProjectRecord.defaultID, name: "default", prefix: .lyd, environments: [.live, .test],
        createdAt: Timestamp(milliseconds: 1))

    static func role(_ number: Int) -> RoleRecord {
        RoleRecord(
            id: RoleID(high: UInt64(number), low: UInt64(number)), name: "role \(number)", scopes: [],
            createdAt: Timestamp(milliseconds: 1))
    }

    static func key(_ number: Int) -> KeyRecord {
        KeyRecord(
            id: KeyID(high: UInt64(number) << 16, low: UInt64(number)), name: "key \(number)", project: project.id,
            environment: .live, hint: "abcd", createdAt: Timestamp(milliseconds: 1))
    }

    static func secret(_ number: Int) -> SecretRecord {
        let digest = Array("secret \(number)".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
        return SecretRecord(
            digest: digest, key: key(number).id, publicKey: nil, createdAt: Timestamp(milliseconds: 1))
    }

    static func insertKeys(_ numbers: ClosedRange<Int>, into store: any Store) async throws {
        try await store.write { store in
            if try store.project(project.id) == nil { try store.insert(project) }
            for number in numbers { _ = try store.insert(key(number), secret: secret(number)) }
        }
    }

    static func allKeys(_ store: any Store) async throws -> [KeyRecord] {
        try await store.read { try $0.keys(KeyFilter(now: Timestamp(milliseconds: 0)), page: Page(limit: 100_000)) }
    }

    static func roleNames(_ store: any Store) async throws -> Set<String> {
        try await store.read { Set(try $0.roles(page: Page(limit: 100_000)).map(\.name)) }
    }

    /// The connection beneath a transaction, to do what no body of the product could.
    static func connection(_ store: any StoreReading) throws -> Database {
        try #require(store as? SQLiteTransaction).database
    }

    static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    static func size(_ path: String) throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }
}

/// The code of the store's error that a body throws; any other error is the test's failure.
func storeErrorCode(_ body: () async throws -> Void) async throws -> StoreError.Code? {
    do {
        try await body()
        return nil
    } catch let error as StoreError {
        return error.code
    }
}
