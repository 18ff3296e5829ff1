/// Wall-clock time of a job's steps.
package struct StepTimer: Sendable {
    private var last = ContinuousClock.now
    package private(set) var seconds: [String: Double] = [:]

    package init() {}

    /// Ends the present step under that name; the next one begins.
    package mutating func step(_ name: String) {
        let now = ContinuousClock.now
        seconds[name, default: 0] += (now - last).inSeconds
        last = now
    }
}

extension Duration {
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
