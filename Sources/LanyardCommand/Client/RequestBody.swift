import LanyardWire

/// Collects the members of a request's body. What wasn't said on the command line isn't sent.
struct RequestBody {
    private(set) var members: [JSONObject.Member] = []

    var isEmpty: Bool { members.isEmpty }
    var json: JSONValue { .object(JSONObject(members)) }

    mutating func set(_ name: String, _ value: JSONValue?) {
        if let value { members.append(JSONObject.Member(name, value)) }
    }

    mutating func set(_ name: String, _ text: String?) {
        set(name, text.map { .string($0) })
    }

    mutating func set(_ name: String, _ number: Int64?) {
        set(name, number.map { .number(JSONNumber($0)) })
    }

    mutating func set(_ name: String, _ flag: Bool?) {
        set(name, flag.map { .bool($0) })
    }

    /// A list is sent where it has an element.
    mutating func set(_ name: String, _ list: [String]) {
        if !list.isEmpty { set(name, .array(list.map { .string($0) })) }
    }

    mutating func set(_ name: String, _ limits: [LimitArgument]) {
        if !limits.isEmpty { set(name, .array(limits.map(\.json))) }
    }

    mutating func set(_ name: String, _ quotas: [QuotaArgument]) {
        if !quotas.isEmpty { set(name, .array(quotas.map(\.json))) }
    }
}
