import Essentials

/// What this machine and process use, under the names that MLflow's pages show as system metrics.
///
/// Read from `/proc` (proc(5)) and statvfs(3), so on Linux only; elsewhere a sample has the disk metrics only.
public struct SystemMetrics: Sendable {
    /// The folder whose disk is measured.
    public let folder: String
    private var last: Counters

    /// Starts measuring. Rates are between one sample and the next.
    public init(folder: String = ".") {
        self.folder = folder
        last = Counters()
    }

    /// What is used now, by name:
    ///
    /// | name | unit |
    /// | --- | --- |
    /// | `system/cpu_utilization_percentage` | percent of all processors since the last sample |
    /// | `system/system_memory_usage_megabytes`, `…_percentage` | memory of the machine in use |
    /// | `system/process_memory_usage_megabytes` | resident memory of this process |
    /// | `system/disk_usage_megabytes`, `…_percentage`, `system/disk_available_megabytes` | the disk of the folder |
    /// | `system/network_receive_megabytes`, `system/network_transmit_megabytes` | since the first sample |
    ///
    /// A megabyte has 1,000,000 bytes, as with MLflow.
    public mutating func sample() -> [String: Double] {
        var values: [String: Double] = [:]
        let counters = Counters(since: last)
        let total = counters.processorTotal - last.processorTotal
        if total > 0 {
            values["system/cpu_utilization_percentage"] =
                100 * Double(counters.processorBusy - last.processorBusy) / Double(total)
        }
        last = counters
        values["system/network_receive_megabytes"] = counters.received.map { Double($0) / 1e6 }
        values["system/network_transmit_megabytes"] = counters.sent.map { Double($0) / 1e6 }
        if let memory = Self.memory() {
            values["system/system_memory_usage_megabytes"] = memory.used / 1e6
            values["system/system_memory_usage_percentage"] = 100 * memory.used / memory.total
        }
        values["system/process_memory_usage_megabytes"] = Self.residentBytes().map { $0 / 1e6 }
        var disk = statvfs()
        if statvfs(folder, &disk) == 0, disk.f_blocks > 0 {
            let block = Double(disk.f_frsize)
            let used = Double(disk.f_blocks - disk.f_bfree) * block
            let available = Double(disk.f_bavail) * block
            values["system/disk_usage_megabytes"] = used / 1e6
            values["system/disk_usage_percentage"] = 100 * used / max(1, used + available)
            values["system/disk_available_megabytes"] = available / 1e6
        }
        return values
    }

    /// Samples every `interval` until the task is cancelled, the first time after one interval.
    /// - Parameter log: Gets each sample and its number, from 0.
    public static func watch(
        every interval: Duration = .seconds(10), folder: String = ".",
        _ log: ([String: Double], _ step: Int64) async throws -> Void
    ) async throws {
        var metrics = SystemMetrics(folder: folder)
        var step: Int64 = 0
        while true {
            try await Task.sleep(for: interval)
            try await log(metrics.sample(), step)
            step += 1
        }
    }

    private static func memory() -> (total: Double, used: Double)? {
        var kilobytes: [Substring: Double] = [:]
        for line in lines("/proc/meminfo") {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == ":" })
            if parts.count >= 2 { kilobytes[parts[0]] = Double(parts[1]) }
        }
        guard let total = kilobytes["MemTotal"], let available = kilobytes["MemAvailable"], total > 0 else {
            return nil
        }
        return (total * 1024, (total - available) * 1024)
    }

    private static func residentBytes() -> Double? {
        for line in lines("/proc/self/status") where line.hasPrefix("VmRSS:") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            return parts.count >= 2 ? Double(parts[parts.count - 2]).map { $0 * 1024 } : nil
        }
        return nil
    }

    fileprivate static func lines(_ path: String) -> [Substring] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.replacing("\t", with: " ").split(separator: "\n")
    }
}

/// Counts that only grow.
private struct Counters: Sendable {
    /// Clock ticks of all processors.
    var processorTotal: UInt64 = 0
    var processorBusy: UInt64 = 0
    /// Bytes since the first sample; nil where they are not available.
    var received: UInt64?
    var sent: UInt64?
    private var firstReceived: UInt64?
    private var firstSent: UInt64?

    init(since first: Counters? = nil) {
        for line in SystemMetrics.lines("/proc/stat") where line.hasPrefix("cpu ") {
            // user nice system idle iowait irq softirq steal; guest times are within user's.
            let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) }
            processorTotal = ticks.reduce(0, +)
            processorBusy = processorTotal - (ticks.count > 4 ? ticks[3] + ticks[4] : 0)
        }
        var totals: (received: UInt64, sent: UInt64)?
        for line in SystemMetrics.lines("/proc/net/dev").dropFirst(2) {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == ":" })
            guard parts.count >= 10, let received = UInt64(parts[1]), let sent = UInt64(parts[9]) else { continue }
            totals = ((totals?.received ?? 0) &+ received, (totals?.sent ?? 0) &+ sent)
        }
        firstReceived = first?.firstReceived ?? totals?.received
        firstSent = first?.firstSent ?? totals?.sent
        if let totals, let firstReceived, let firstSent {
            // Interfaces may go away.
            received = totals.received >= firstReceived ? totals.received - firstReceived : 0
            sent = totals.sent >= firstSent ? totals.sent - firstSent : 0
        }
    }
}
