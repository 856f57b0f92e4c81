import Dispatch
import Foundation

/// Reads a file descriptor on a thread of its own: a pipe that says nothing for an hour must not hold one of the few
/// threads that everything else runs on.
final class DescriptorSource: ByteSource {
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private let queue = DispatchQueue(label: "lanyard.input")

    /// - Parameter closesDescriptor: whether the descriptor ends with this value.
    init(descriptor: Int32, closesDescriptor: Bool) {
        self.descriptor = descriptor
        self.closesDescriptor = closesDescriptor
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    func read(upTo count: Int) async throws(CommandFailure) -> [UInt8] {
        let descriptor = descriptor
        let result: Result<[UInt8], CommandFailure> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.read(descriptor, upTo: count)) }
        }
        return try result.get()
    }

    private static func read(_ descriptor: Int32, upTo count: Int) -> Result<[UInt8], CommandFailure> {
        while true {
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                let got = Foundation.read(descriptor, buffer.baseAddress, count)
                if got < 0 { code = errno }
                initialized = max(0, got)
            }
            switch code {
            case 0: return .success(bytes)
            case EINTR: continue
            case EAGAIN: waitUntilReadable(descriptor)
            default: return .failure(.local("The input can't be read: \(SystemError.text(code)).", fix: nil))
            }
        }
    }

    private static func waitUntilReadable(_ descriptor: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&request, 1, 1_000)
    }
}
