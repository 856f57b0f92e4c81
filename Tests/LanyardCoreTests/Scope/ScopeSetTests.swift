import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Sets of scopes")
struct ScopeSetTests {
    private func set(_ texts: String...) -> ScopeSet { ScopeSet(texts.compactMap { Scope($0) }) }
    private func name(_ text: String) throws -> ScopeName { try ScopeName(parsing: text) }

    @Test("no scopes grant nothing")
    func empty() throws {
        #expect(ScopeSet.none.isEmpty)
        #expect(ScopeSet.none.description.isEmpty)
        for name in ScopeOracle.names {
            #expect(!ScopeSet.none.covers(name))
            #expect(!ScopeSet.none.coversAllProjects(name))
        }
        #expect(!ScopeSet.none.canGrant(try Scope(parsing: "lanyard:verify")))
    }

    @Test("a set is its scopes in order, each once, in any order given")
    func order() throws {
        let scopes = set("b", "a:*", "lanyard:x@p", "a", "b", "a:*")
        #expect(scopes.scopes.map(\.description) == ["a", "a:*", "b", "lanyard:x@p"])
        #expect(scopes == set("a", "a:*", "lanyard:x@p", "b"))
        #expect(scopes != set("a", "a:*", "b"))
        #expect(scopes.description == "a a:* b lanyard:x@p")
        let json = try JSONEncoder().encode(scopes)
        #expect(String(decoding: json, as: UTF8.self) == #"["a","a:*","b","lanyard:x@p"]"#)
        #expect(try JSONDecoder().decode(ScopeSet.self, from: json) == scopes)
    }

    @Test("'*' grants everything but the right to administrate Lanyard")
    func wildcard() throws {
        let all = set("*")
        #expect(all.covers(try name("invoices:read")))
        #expect(!all.covers(try name("lanyard:verify")))
        #expect(!all.canGrant(try Scope(parsing: "lanyard:verify")))
        #expect(!set("*:*", "*:verify").covers(try name("lanyard:verify")))
    }

    @Test("a scope bound to a project holds for that project alone")
    func projects() throws {
        let scopes = set("lanyard:keys:write@payments", "lanyard:keys:*@search", "lanyard:verify", "invoices:read")
        let write = try name("lanyard:keys:write")
        #expect(scopes.covers(write))
        #expect(scopes.covers(write, project: "payments"))
        #expect(scopes.covers(write, project: "search"))
        #expect(!scopes.covers(write, project: "default"))
        #expect(!scopes.covers(write, project: "payment"))
        #expect(!scopes.covers(write, project: ""))
        #expect(!scopes.coversAllProjects(write))
        #expect(scopes.projects(holding: write) == .only(["payments", "search"]))
        #expect(scopes.projects(holding: try name("lanyard:keys:read")) == .only(["search"]))
        #expect(scopes.projects(holding: try name("lanyard:verify")) == .all)
        #expect(scopes.projects(holding: try name("lanyard:admin")) == .only([]))
        #expect(scopes.covers(try name("lanyard:verify"), project: "default"))
        #expect(scopes.covers(try name("invoices:read"), project: "default"))
    }

    @Test("one of Lanyard's scopes is granted only by who holds all of it; any other by everyone")
    func granting() throws {
        let holder = set("lanyard:keys:*@payments", "lanyard:verify", "lanyard:usage:read@search")
        let granted = [
            "lanyard:keys:write@payments", "lanyard:keys:*@payments", "lanyard:keys:a:b@payments", "lanyard:verify",
            "lanyard:verify@any", "lanyard:usage:read@search", "invoices:read", "*",
        ]
        let refused = [
            "lanyard:keys:write", "lanyard:keys:*", "lanyard:keys:write@search", "lanyard:*@payments", "lanyard:*",
            "lanyard:admin", "lanyard:usage:*@search", "lanyard", "lanyard:verify:x", "lanyard:*:write@payments",
        ]
        for text in granted { #expect(holder.canGrant(try Scope(parsing: text)), "\(text)") }
        for text in refused { #expect(!holder.canGrant(try Scope(parsing: text)), "\(text)") }
    }

    @Test("what a set covers is what the plain reading of its scopes covers")
    func oracle() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let scopes = ScopeOracle.randomScopes(using: &generator, most: 6)
            let set = ScopeSet(scopes)
            for name in ScopeOracle.names {
                let matching = scopes.filter { ScopeOracle.matches($0, name) }
                let isForAll = matching.contains { $0.project == nil }
                #expect(set.covers(name) == !matching.isEmpty)
                #expect(set.coversAllProjects(name) == isForAll)
                let projects = Set(matching.compactMap(\.project)).sorted()
                #expect(set.projects(holding: name) == (isForAll ? .all : .only(projects)))
                for project in ScopeOracle.projects {
                    let isGranted = scopes.contains { ScopeOracle.grants($0, name, project) }
                    #expect(set.covers(name, project: project) == isGranted)
                }
            }
        }
    }

    @Test("a set can grant one of Lanyard's scopes exactly if it covers every name and project that the scope does")
    func grantingOracle() {
        var generator = SeededGenerator(seed: 12)
        var outcomes = [true: 0, false: 0]
        for _ in 0..<800 {
            let scopes = ScopeOracle.randomScopes(using: &generator, most: 5)
            guard let scope = ScopeOracle.randomScope(using: &generator), scope.isAdministrative else { continue }
            let isCovered = ScopeOracle.names.allSatisfy { name in
                ScopeOracle.projects.allSatisfy { project in
                    !ScopeOracle.grants(scope, name, project)
                        || scopes.contains { ScopeOracle.grants($0, name, project) }
                }
            }
            #expect(ScopeSet(scopes).canGrant(scope) == isCovered, "\(ScopeSet(scopes)) grants \(scope)")
            outcomes[isCovered, default: 0] += 1
        }
        #expect(outcomes.values.allSatisfy { $0 > 40 })
    }

    @Test("one pattern contains another exactly if it matches every name that the other does")
    func containmentOracle() {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<800 {
            guard
                let wide = ScopeOracle.randomScope(using: &generator),
                let narrow = ScopeOracle.randomScope(using: &generator)
            else { continue }
            let isContained = ScopeOracle.names.allSatisfy { name in
                ScopeOracle.projects.allSatisfy { project in
                    !ScopeOracle.grants(narrow, name, project) || ScopeOracle.grants(wide, name, project)
                }
            }
            #expect(wide.contains(narrow) == isContained, "\(wide) contains \(narrow)")
        }
    }

    @Test("a union grants what either set grants, and no more")
    func union() {
        var generator = SeededGenerator(seed: 14)
        for _ in 0..<20 {
            let left = ScopeSet(ScopeOracle.randomScopes(using: &generator, most: 3))
            let right = ScopeSet(ScopeOracle.randomScopes(using: &generator, most: 3))
            let union = left.union(right)
            #expect(union == right.union(left))
            for name in ScopeOracle.names {
                #expect(
                    union.covers(name, project: "p")
                        == (left.covers(name, project: "p") || right.covers(name, project: "p")))
            }
        }
    }

    @Test("a large set finds each of its scopes, and nothing else")
    func large() throws {
        let names = try (0..<500).map { try name("s\($0):read") }
        let set = ScopeSet(names.enumerated().filter { $0.offset.isMultiple(of: 2) }.map { Scope($0.element) })
        for (index, name) in names.enumerated() { #expect(set.covers(name) == index.isMultiple(of: 2)) }
    }
}
