/// How a client goes about its connection. The values here are the defaults.
package struct ValkeySettings: Sendable, Hashable {
    /// How long the making of a connection may take, and then how long the login, TLS included.
    package var connectTimeout: Duration = .seconds(2)
    /// How long a command may take, where the caller says nothing else; waiting for a connection included.
    package var commandTimeout: Duration = .seconds(1)
    /// The most commands without an answer; the next is refused.
    package var mostInFlight = 10_000
    /// The most bytes of commands without an answer.
    package var mostBytesInFlight = 16 << 20
    /// What replies may be at most.
    package var limits = RESPParser.Limits()
    /// The wait after the first failure; it doubles with each, and is cut by up to a half at random.
    package var shortestBackoff: Duration = .milliseconds(50)
    /// The longest wait between two attempts.
    package var longestBackoff: Duration = .seconds(5)
    /// The wait after the server has not accepted the name or the password: asking again soon helps nobody.
    package var refusedBackoff: Duration = .seconds(10)
    /// How long closing waits for answers.
    package var closingTimeout: Duration = .seconds(2)
    /// What the server's list of clients says.
    package var name = "lanyard"

    package init() {}
}
