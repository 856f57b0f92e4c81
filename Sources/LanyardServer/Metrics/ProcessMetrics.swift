import CoreMetrics
import LanyardTelemetry
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What operators look at in any process, under the names that Prometheus' own libraries use. Read when they are asked for.
final class ProcessMetrics: Sendable {
    private let processorSeconds: FloatingPointCounter
    private let residentBytes: Gauge
    private let openDescriptors: Gauge
    private let mostDescriptors: Gauge
    private let countedSeconds = Mutex(0.0)

    /// Adds them to a registry, where they are brought up to date for as long as they live.
    static func add(to registry: PrometheusRegistry, version: String) -> ProcessMetrics {
        let start = Gauge(label: "process_start_time_seconds", factory: registry)
        start.record(Double(time(nil)))
        let build = Gauge(label: "lanyard_build_info", dimensions: [("version", version)], factory: registry)
        build.record(1)
        let metrics = ProcessMetrics(registry)
        // Weakly: they hold the registry.
        registry.beforeReading { [weak metrics] in metrics?.update() }
        return metrics
    }

    private init(_ registry: PrometheusRegistry) {
        processorSeconds = FloatingPointCounter(label: "process_cpu_seconds_total", factory: registry)
        residentBytes = Gauge(label: "process_resident_memory_bytes", factory: registry)
        openDescriptors = Gauge(label: "process_open_fds", factory: registry)
        mostDescriptors = Gauge(label: "process_max_fds", factory: registry)
    }

    private func update() {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        let seconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        let increase = countedSeconds.withLock { counted in
            defer { counted = max(counted, seconds) }
            return seconds - counted
        }
        processorSeconds.increment(by: max(0, increase))
        if let limit = OpenFileLimit.current { mostDescriptors.record(Double(limit)) }
        #if os(Linux)
            if let pages = Self.residentPages { residentBytes.record(pages * sysconf(Int32(_SC_PAGESIZE))) }
            if let count = Self.openDescriptorCount { openDescriptors.record(Double(count)) }
        #endif
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    #if os(Linux)
        /// The second number of `/proc/self/statm`.
        private static var residentPages: Int? {
            let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 128)
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return nil }
            let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
            return fields.count > 1 ? Int(fields[1]) : nil
        }

        private static var openDescriptorCount: Int? {
            guard let folder = opendir("/proc/self/fd") else { return nil }
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            // Not this folder's own descriptor, nor the entries for itself and its parent.
            return count - 3
        }
    #endif
}
