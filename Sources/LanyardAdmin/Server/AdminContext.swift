import Hummingbird
import Logging
import NIOCore

/// What belongs to one request on the admin listener.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The caller's `X-Request-Id`, or one of ours.
    var requestID = ""
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
