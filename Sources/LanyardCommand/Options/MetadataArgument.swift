import ArgumentParser
import LanyardWire

/// Metadata on the command line: `KEY=TEXT` for one text, or a whole JSON object. Several are put together.
enum MetadataArgument {
    static let form = "KEY=TEXT, or a JSON object such as '{\"team\":\"billing\"}'"

    static func members(_ text: String) throws -> [JSONObject.Member] {
        if text.utf8.first == UInt8(ascii: "{") {
            do {
                return try JSONParser.parse(Array(text.utf8)).object?.members ?? []
            } catch {
                throw ValidationError("this is no JSON object: \(error)")
            }
        }
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("expected \(form)")
        }
        return [.init(String(text[..<equals]), .string(String(text[text.index(after: equals)...])))]
    }

    /// All of it as one object; nil where none was given.
    static func json(_ arguments: [[JSONObject.Member]]) -> JSONValue? {
        arguments.isEmpty ? nil : .object(JSONObject(arguments.flatMap { $0 }))
    }

    static func validate(_ arguments: [[JSONObject.Member]]) throws {
        var names = Set<String>()
        for member in arguments.joined() where !names.insert(member.name).inserted {
            throw ValidationError("--metadata names \(JSONPointer.abbreviated(member.name)) twice")
        }
    }
}
