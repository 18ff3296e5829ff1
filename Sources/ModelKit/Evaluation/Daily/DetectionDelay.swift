/// How long after a key's first fraud its first alert is raised.
///
/// A key, such as a card, is detected by any of its rows from its first fraud on whose score reaches the threshold; an alert
/// at the time of the first fraud has the delay 0. Alerts before it do not count.
public struct DetectionDelay: Sendable, Hashable, Codable {
    /// Keys that have a fraud.
    public let compromisedKeys: Int
    /// The delays of the keys that were detected, ascending, in the unit of the times.
    public let delays: [Int64]
    /// Frauds before their key's first alert, those of keys that were never detected among them.
    public let fraudsBeforeDetection: Int

    /// Keys that were detected.
    public var detectedKeys: Int { delays.count }
    /// The mean delay of detected keys; nil without any.
    public var mean: Double? {
        delays.isEmpty ? nil : delays.reduce(0.0) { $0 + Double($1) } / Double(delays.count)
    }

    /// Computes delays.
    /// - Parameters:
    ///   - rows: with keys.
    ///   - times: the time of each row, in any unit, such as seconds, and order.
    ///   - threshold: the lowest score that raises an alert.
    /// - Throws: ``ModelError`` as ``Metrics`` says, though rows may be of one class; ``ModelError/invalidSetting(_:)`` for a
    ///   threshold that is not a number or rows without keys.
    public init(scores: [Double], rows: EvaluationRows, times: [Int64], threshold: Double) throws(ModelError) {
        guard !threshold.isNaN else { throw .invalidSetting("the threshold is not a number") }
        guard let keys = rows.keys else { throw .invalidSetting("a detection delay needs the keys of the rows") }
        guard times.count == rows.count else { throw .shapeMismatch("\(times.count) times for \(rows.count) labels") }
        try EvaluationInput.validate(scores: scores, labels: rows.labels)
        var firstFraud: [Int64: Int64] = [:]
        for row in scores.indices where rows.labels[row] == 1 {
            firstFraud[keys[row]] = min(firstFraud[keys[row]] ?? .max, times[row])
        }
        var firstAlert: [Int64: Int64] = [:]
        for row in scores.indices where scores[row] >= threshold {
            guard let fraud = firstFraud[keys[row]], times[row] >= fraud else { continue }
            firstAlert[keys[row]] = min(firstAlert[keys[row]] ?? .max, times[row])
        }
        compromisedKeys = firstFraud.count
        delays = firstAlert.map { key, alert in
            // Saturates where times are farther apart than 64 bits can tell.
            let (delay, overflows) = alert.subtractingReportingOverflow(firstFraud[key] ?? alert)
            return overflows ? .max : delay
        }.sorted()
        fraudsBeforeDetection = scores.indices.count { row in
            rows.labels[row] == 1 && firstAlert[keys[row]].map { times[row] < $0 } ?? true
        }
    }

    /// The share of compromised keys that are detected within some time; 0 without compromised keys.
    public func detectedShare(within delay: Int64) -> Double {
        compromisedKeys == 0 ? 0 : Double(delays.count { $0 <= delay }) / Double(compromisedKeys)
    }

    /// The delay that this share of all compromised keys does not exceed; nil when fewer are detected.
    /// - Parameter share: above 0 and at most 1; 0.5 is the median.
    public func quantile(_ share: Double) -> Int64? {
        guard share > 0, share <= 1 else { return nil }
        let index = Int((share * Double(compromisedKeys)).rounded(.up)) - 1
        return delays.indices.contains(index) ? delays[index] : nil
    }
}
