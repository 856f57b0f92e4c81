import Foundation
import TestSupport
import Testing

@testable import LanyardServer

@Suite("Files that are there whole or not at all")
struct AtomicFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("a file is replaced, with the permissions asked for, and no draft is left")
    func writing() throws {
        let path = try folder.write("old", to: "file")
        try AtomicFile.write(Array("new".utf8), to: path, permissions: 0o600)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try names() == ["file"])
    }

    @Test("where it can't be written, what was there stays, and no draft is left")
    func failing() throws {
        let path = folder.file("folder")
        try FileManager.default.createDirectory(atPath: path + "/inner", withIntermediateDirectories: true)
        #expect(throws: FileProblem.self) { try AtomicFile.write([1], to: path, permissions: 0o600) }
        #expect(throws: FileProblem.self) {
            try AtomicFile.write([1], to: folder.file("nowhere/x"), permissions: 0o600)
        }
        #expect(try names() == ["folder"])
    }

    @Test("a draft takes a name that is free, and no other")
    func renaming() throws {
        let draft = try folder.write("secret", to: "draft")
        let taken = try folder.write("kept", to: "taken")
        #expect(throws: FileProblem.self) { try AtomicFile.rename(draft, toNew: taken) }
        #expect(try String(contentsOfFile: taken, encoding: .utf8) == "kept")
        try AtomicFile.rename(draft, toNew: folder.file("free"))
        #expect(try names() == ["free", "taken"])
    }

    @Test("a file by its bare name lies in the current folder")
    func bareName() throws {
        let name = "lanyard-atomic-\(UUID().uuidString)"
        try AtomicFile.write([1], to: name, permissions: 0o600)
        #expect(FileManager.default.fileExists(atPath: name))
        try FileManager.default.removeItem(atPath: name)
    }
}
