import LanyardCore

extension FuzzTarget {
    static let scopes = [scope, scopeMatch, scopeExpression]

    private static let scopeSeeds = [
        "invoices:read", "invoices:*", "*", "*:read", "a:*:c", "lanyard:keys:write@payments", "lanyard:*", "*:*", "and",
        "a.b_c-d:e", "a:b:c:d:e:f:g:h", "lanyard:verify@a.b", "x@y", "lanyard@p",
    ]
    private static let scopeTokens = [":", "*", "@", "lanyard", "and", "or", "a", "::", "@p", ":*", "A", "invoices"]

    private static let scope = FuzzTarget(text: "scope", seeds: scopeSeeds, tokens: scopeTokens) { text in
        guard let scope = Scope(text) else {
            return ScopeReading.isScope(text) ? .broken("the oracle reads it") : .refused
        }
        guard ScopeReading.isScope(text) else { return .broken("the oracle does not read it") }
        guard scope.description == text, Scope(scope.description) == scope else {
            return .broken("it prints otherwise")
        }
        let isName = !text.contains("*") && !text.contains("@")
        guard (ScopeName(text) != nil) == isName else { return .broken("name and scope disagree") }
        guard scope.contains(scope) else { return .broken("it does not contain itself") }
        guard ScopeSet([scope]).canGrant(scope) else { return .broken("its holder may not grant it") }
        return .accepted
    }

    /// `pattern [pattern…] name`: what the patterns grant.
    private static let scopeMatch = FuzzTarget(
        text: "scope-match",
        seeds: [
            "invoices:* invoices:read", "*:read invoices:read", "* lanyard:keys:write", "a:*:c a:b:c", "a:* a",
            "lanyard:keys:write@payments lanyard:keys:write", "a:*:* a:b:c:d", "lanyard:* a lanyard:verify",
            "a:b *:b a:* a:b", "lanyard:*:write@p lanyard:keys:*@q lanyard:keys:write",
        ], tokens: scopeTokens + [" ", " a:", " *"]
    ) { text in
        let texts = text.split(separator: " ").map(String.init)
        guard texts.count > 1, texts.count < 64, let name = texts.last.flatMap({ ScopeName($0) }) else {
            return .refused
        }
        let scopes = texts.dropLast().compactMap { Scope($0) }
        guard scopes.count == texts.count - 1 else { return .refused }
        for scope in scopes {
            guard scope.matches(name) == ScopeReading.matches(scope.description, name.description) else {
                return .broken("\(scope) and \(name) differ from the oracle")
            }
            for other in scopes where scope.contains(other) {
                guard !other.matches(name) || scope.matches(name) else {
                    return .broken("\(scope) is said to contain \(other), which grants \(name)")
                }
            }
        }
        let set = ScopeSet(scopes)
        guard set.covers(name) == scopes.contains(where: { $0.matches(name) }) else {
            return .broken("the set grants something else than one of its scopes")
        }
        for project in ["p", "payments"] {
            let expected = scopes.contains { $0.matches(name) && ($0.project ?? project) == project }
            guard set.covers(name, project: project) == expected else {
                return .broken("the set differs on \(project)")
            }
        }
        guard ScopeSet(set.scopes) == set else { return .broken("the set of its scopes is another set") }
        return .accepted
    }

    private static let scopeExpression = FuzzTarget(
        text: "scope-expression",
        seeds: [
            "invoices:read", "a and b or c", "a and (b or c)", "(a)", "((a or b) and (c or d)) or e",
            "a or a and a", "lanyard:verify and a", "a\tand\nb", "(a and b) and (c and d)", "a or (b or (c or (d)))",
        ],
        tokens: [" and ", " or ", "(", ")", "a", "b", "c:d", " ", "and", "or", "((", "))", "(a or ", "\t"], share: 3
    ) { text in
        let bounds = ScopeReading.depthAndNames(text)
        let isWithin = text.utf8.count <= 1024 && bounds.depth <= 16 && bounds.names <= 32
        let isExpression = isWithin && ScopeReading.value(text, holding: { _ in true }) != nil
        guard let expression = ScopeExpression(text) else {
            return isExpression ? .broken("the oracle reads it") : .refused
        }
        guard isExpression else { return .broken("the oracle does not read it, or it is past a bound") }
        let printed = expression.description
        guard ScopeExpression(printed) == expression, ScopeExpression(printed)?.description == printed else {
            return .broken("it does not read again as itself: \(printed)")
        }
        let names = Array(Set(expression.names.map(\.description))).sorted()
        for bits in 0..<UInt32(1 << min(names.count, 4)) {
            let held = names.enumerated().filter { bits >> UInt32($0.offset % 4) & 1 == 1 }.map(\.element)
            let scopes = ScopeSet(held.compactMap { Scope($0) })
            let expected = ScopeReading.value(text, holding: { held.contains($0) })
            guard expression.isSatisfied(by: scopes) == expected else {
                return .broken("with \(held) the oracle differs")
            }
            let missing = expression.missing(from: scopes)
            guard missing.isEmpty == expected else { return .broken("with \(held), “\(missing)” is missing") }
            guard missing.isEmpty || ScopeReading.value(missing, holding: { _ in true }) == true else {
                return .broken("what is missing is no expression: \(missing)")
            }
            let granted = held + ScopeExpressionNames.of(missing)
            guard expression.isSatisfied(by: ScopeSet(granted.compactMap { Scope($0) })) else {
                return .broken("with \(held) and all of “\(missing)” it is not satisfied")
            }
        }
        return .accepted
    }
}

private enum ScopeExpressionNames {
    static func of(_ expression: String) -> [String] {
        ScopeExpression(expression).map { $0.names.map(\.description) } ?? []
    }
}
