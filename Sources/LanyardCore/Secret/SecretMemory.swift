#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Memory of its own for a secret's bytes, overwritten before it is given back.
///
/// An array would not do: it can be copied by writing to it, and nobody is told when its storage is freed.
final class SecretMemory: Sendable {
    // Written only in `init`, before the object is shared; from then on it is only read, until `deinit`, which by the
    // reference count is alone. So handing it to another thread is safe, which the compiler can't see of a pointer.
    nonisolated(unsafe) private let region: UnsafeMutableRawBufferPointer

    /// Allocates `count` zero bytes and lets `fill` write them.
    init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        region = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: MemoryLayout<UInt64>.alignment)
        region.initializeMemory(as: UInt8.self, repeating: 0)
        fill(region)
    }

    deinit {
        Self.erase(region)
        region.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(region) }

    /// Overwrites `region` with zeros, by a function that no optimiser may drop, though the memory is not read again.
    static func erase(_ region: UnsafeMutableRawBufferPointer) {
        guard let address = region.baseAddress, region.count > 0 else { return }
        #if canImport(Darwin)
            memset_s(address, region.count, 0, region.count)
        #else
            explicit_bzero(address, region.count)
        #endif
    }

    /// Lends `count` zero bytes of scratch memory to `body`, and overwrites them afterwards.
    static func withScratch<R>(count: Int, _ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: MemoryLayout<UInt64>.alignment) { scratch in
            scratch.initializeMemory(as: UInt8.self, repeating: 0)
            defer { erase(scratch) }
            return body(scratch)
        }
    }
}
