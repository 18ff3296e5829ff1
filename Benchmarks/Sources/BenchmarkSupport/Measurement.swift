import Foundation

/// Wall-clock times of one contestant.
public struct Measurement: Sendable {
    /// Its name.
    public let name: String
    /// Seconds, one a run.
    public var seconds: [Double] = []

    /// Nothing measured yet.
    public init(_ name: String) { self.name = name }

    /// Seconds.
    public var median: Double {
        let sorted = seconds.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted.count % 2 == 1
            ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    }
}

/// Seconds that a body takes.
nonisolated(nonsending) public func timed(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    let elapsed = clock.now - start
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
}

/// Prints medians and, for each peer, its median as a multiple of ours.
public func report(_ title: String, ours: Measurement, peers: [Measurement]) {
    print("\n\(title)")
    for measurement in [ours] + peers {
        let runs = measurement.seconds.map { String(format: "%.3f", $0) }.joined(separator: " ")
        let ratio = String(format: "%.2f", measurement.median / ours.median)
        let name = measurement.name.padding(toLength: 24, withPad: " ", startingAt: 0)
        print("  \(name) median \(String(format: "%8.3f", measurement.median)) s   \(ratio) x ours   (\(runs))")
    }
}
