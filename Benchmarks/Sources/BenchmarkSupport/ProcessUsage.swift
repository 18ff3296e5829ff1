import Foundation

/// Times and memory of this process: of the machine's time and of the processors' time, which other programs do not disturb.
public struct ProcessUsage: Sendable {
    /// Seconds on the wall.
    public var wall: Double
    /// Seconds of all threads on processors, those of the kernel included.
    public var cpu: Double
    /// The most memory so far, in MB of 10^6 bytes.
    public var peakMegabytes: Double

    /// Of now.
    public static var now: ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var clock = timespec()
        clock_gettime(CLOCK_MONOTONIC, &clock)
        return ProcessUsage(
            wall: Double(clock.tv_sec) + Double(clock.tv_nsec) / 1e9,
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakMegabytes: Double(usage.ru_maxrss) * 1024 / 1e6)
    }

    /// What a body takes, and by how much it raises the peak of memory.
    public static func of(_ body: () throws -> Void) rethrows -> ProcessUsage {
        let start = now
        try body()
        let end = now
        return ProcessUsage(
            wall: end.wall - start.wall, cpu: end.cpu - start.cpu,
            peakMegabytes: end.peakMegabytes - start.peakMegabytes)
    }

    /// Three numbers in a line, as ``init(line:)`` reads them.
    public var line: String { "\(wall) \(cpu) \(peakMegabytes)" }

    /// Usage from the last line of a program's output.
    public init?(line output: String) {
        let numbers = output.split(separator: "\n").last?.split(separator: " ").compactMap { Double($0) } ?? []
        guard numbers.count == 3 else { return nil }
        self.init(wall: numbers[0], cpu: numbers[1], peakMegabytes: numbers[2])
    }

    private init(wall: Double, cpu: Double, peakMegabytes: Double) {
        self.wall = wall
        self.cpu = cpu
        self.peakMegabytes = peakMegabytes
    }

    /// Python that defines `usage()` and `report(start)`, which prints the line that ``init(line:)`` reads.
    public static let python = """
        import resource, time
        def usage():
            own = resource.getrusage(resource.RUSAGE_SELF)
            return time.perf_counter(), own.ru_utime + own.ru_stime, own.ru_maxrss * 1024 / 1e6
        def report(start):
            print(*(end - begin for begin, end in zip(start, usage())))

        """
}
