import LanyardHTTP
import LanyardWire
import NIOCore

/// The JSON that a call brings.
enum RequestBody {
    case value(JSONValue)
    /// There is none, and none is needed.
    case absent
    case refused(ManagementProblem)

    static let mediaType = "application/json"

    /// Reads the body of a call that takes JSON and no query.
    static func read(_ request: IncomingRequest, isRequired: Bool) -> RequestBody {
        do {
            _ = try QueryParameters.read(QueryParameters.query(of: request.target.pathAndQuery[...]), known: [])
        } catch {
            return .refused(.invalid(error))
        }
        if request.bodyBytes == 0, !isRequired { return .absent }
        guard let type = RequestFields(request.head).single(.contentType), isJSON(type) else {
            return .refused(.unsupportedMediaType(expected: mediaType))
        }
        // The key could not be looked up, or might not ask, when the body came; since then that has changed.
        if request.isBodyDiscarded { return .refused(.unavailable("The caller's key has changed meanwhile.")) }
        do {
            return .value(try JSONParser.parse(request.bodyContent))
        } catch {
            return .refused(.invalid(error))
        }
    }

    /// Whether a media type is JSON's, whatever its parameters.
    private static func isJSON(_ type: String) -> Bool {
        let essence = type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return essence.equalsIgnoringCase("application/json")
    }
}
