import LanyardCore
import Testing

#if os(Linux)
    import Foundation

    @Suite("The memory of secrets")
    struct SecretMemoryTests {
        @Test("a secret's text is in memory while it is held, and nowhere once it is let go")
        func erased() throws {
            // The needle is kept in disguise, so that the search doesn't find itself. Many secrets of one text are let
            // go, so that some of their memory is not in use again by the time of the search.
            let disguise: UInt8 = 0x80
            let copies = 500
            var needle: [UInt8] = []
            var whileHeld = 0
            do {
                let secret = Secret.generate(prefix: .lyd, environment: .live)
                let secrets = secret.withUnsafeBytes { bytes in
                    needle = bytes.suffix(40).map { $0 ^ disguise }
                    return (0..<copies).map { _ in Secret(presented: bytes) }
                }
                #expect(secret.publicKey != nil)
                whileHeld = try ProcessMemory.count(of: needle, disguise: disguise)
                withExtendedLifetime((secret, secrets)) {}
            }
            #expect(whileHeld > copies)
            #expect(try ProcessMemory.count(of: needle, disguise: disguise) == 0)
        }
    }

    /// The memory of this process, as the kernel shows it.
    private enum ProcessMemory {
        /// How often the bytes, once their disguise is taken off, are found in the heap, the stacks and elsewhere.
        static func count(of needle: [UInt8], disguise: UInt8) throws -> Int {
            // To its end: a file of the kernel's has no size, and one read gives a part of it.
            let list = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
            let maps = String(decoding: try list.readToEnd() ?? Data(), as: UTF8.self)
            let memory = try #require(FileHandle(forReadingAtPath: "/proc/self/mem"))
            defer { try? memory.close() }
            return maps.split(separator: "\n").compactMap(region(ofLine:)).reduce(0) { found, region in
                found + count(of: needle, disguise: disguise, in: region, of: memory.fileDescriptor)
            }
        }

        /// A private, writable region without a file. Very large ones are reservations of a sanitizer.
        private static func region(ofLine line: Substring) -> Range<UInt>? {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 5, fields[1] == "rw-p", fields[4] == "0" else { return nil }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, bounds[1] - bounds[0] < 1 << 34 else { return nil }
            return bounds[0]..<bounds[1]
        }

        private static func count(of needle: [UInt8], disguise: UInt8, in region: Range<UInt>, of file: Int32) -> Int {
            let chunk = 1 << 20
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
            defer { buffer.deallocate() }
            var found = 0
            var start = region.lowerBound
            while start < region.upperBound {
                let length = min(chunk, Int(region.upperBound - start))
                let count = pread(file, buffer.baseAddress, length, off_t(start))
                if count < needle.count {
                    // A page that can't be read hides none of those behind it.
                    start += UInt(sysconf(Int32(_SC_PAGESIZE)))
                    continue
                }
                found += Self.count(
                    of: needle, disguise: disguise, in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                // Chunks overlap, so that nothing hides across a border.
                start += UInt(count == length && length == chunk ? count - needle.count + 1 : count)
            }
            return found
        }

        private static func count(of needle: [UInt8], disguise: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
            let first = Int32(needle[0] ^ disguise)
            var found = 0
            var start = 0
            while start + needle.count <= bytes.count, let base = bytes.baseAddress {
                guard let hit = memchr(base + start, first, bytes.count - needle.count + 1 - start) else { break }
                let place = UnsafeRawPointer(hit) - base
                if needle.indices.allSatisfy({ bytes[place + $0] == needle[$0] ^ disguise }) { found += 1 }
                start = place + 1
            }
            return found
        }
    }
#endif
