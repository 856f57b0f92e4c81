import LanyardValkey

/// Where rolling limits are counted, if not in the database.
package struct CountersLocation: Hashable, Sendable, CustomStringConvertible {
    let location: ValkeyLocation
    /// The file that holds the password, if it is in one.
    var passwordFile: String?

    // What is refused is never quoted: the address of a server may hold a password.
    init(parsing text: String) throws(InvalidSetting) {
        do {
            location = try ValkeyLocation(parsing: text)
        } catch {
            throw InvalidSetting("\(error)")
        }
    }

    package var description: String { location.description }
}
