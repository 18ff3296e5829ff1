import Columnar

/// How far a stream of transactions has come, in event time. It decides what may be forgotten, never what a feature's value is.
///
/// The watermark follows the newest transaction, but a single one with a wrong date must not make the state forget
/// everything: a step of more than a day, in either direction, is taken only after so many of them in a row.
struct Watermark: Sendable, Hashable {
    private static let confirmations = 64

    private(set) var time: Int64?
    private var outliersInARow = 0

    init(time: Int64? = nil) { self.time = time }

    mutating func observe(_ observed: Int64) {
        guard let time else {
            self.time = observed
            return
        }
        let (difference, overflow) = observed.subtractingReportingOverflow(time)
        if !overflow, difference.magnitude <= UInt64(CivilDateTime.microsecondsPerDay) {
            if difference > 0 { self.time = observed }
            outliersInARow = 0
        } else {
            outliersInARow += 1
            if outliersInARow >= Watermark.confirmations {
                self.time = observed
                outliersInARow = 0
            }
        }
    }
}
