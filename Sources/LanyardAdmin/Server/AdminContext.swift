import HTTPTypes
import Hummingbird
import LanyardHTTP
import Logging
import NIOCore

/// What belongs to one request on the admin listener.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// What the request is called: by the caller's `X-Request-Id` or one of ours, and by its trace.
    var label = RequestLabel(requestID: "", fields: nil as HTTPFields?)
    var requestID: String { label.requestID }
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }

    /// What every line of the log about the request has, and what this one says beside.
    func metadata(_ entries: Logger.Metadata) -> Logger.Metadata {
        entries.merging(label.entries.map { ($0.name, "\($0.value)") }) { own, _ in own }
    }
}
