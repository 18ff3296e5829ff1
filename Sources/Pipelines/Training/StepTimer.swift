import Essentials

/// Wall-clock time of a pipeline's steps.
struct StepTimer: Sendable {
    private var last = ContinuousClock.now
    private(set) var seconds: [String: Double] = [:]

    /// Ends the present step under that name; the next one begins.
    mutating func step(_ name: String) {
        let now = ContinuousClock.now
        seconds[name, default: 0] += (now - last).inSeconds
        last = now
    }
}
