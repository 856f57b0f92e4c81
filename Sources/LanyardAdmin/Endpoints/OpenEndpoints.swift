import Hummingbird
import LanyardEngine
import LanyardHTTP
import LanyardWire
import NIOCore

/// What needs no key, and tells neither names nor secrets.
extension Endpoint {
    static let open: [Endpoint] = [
        .get("/healthz", nil) { _ in .json(HealthAnswer.ok) },
        .get("/readyz", nil) { call in
            guard call.services.engine.isReady, !call.services.configuration.serving.isDraining else {
                throw AdminFailure(.unavailable(ManagementProblem.notReadyDetail))
            }
            return .json(HealthAnswer.ready)
        },
        .get("/metrics", nil) { call in
            AdminAnswer(
                status: .ok, mediaType: "text/plain; version=0.0.4; charset=utf-8",
                body: ResponseBody(byteBuffer: ByteBuffer(string: call.services.metrics())))
        },
        .get("/openapi.yaml", nil) { _ in
            AdminAnswer(
                status: .ok, mediaType: "application/yaml",
                body: ResponseBody(byteBuffer: ByteBuffer(string: OpenAPIDocument.text)))
        },
    ]
}
