import Columnar

/// The progress of a stream of transactions in event time. It decides which events may be evicted, never a feature's
/// value.
///
/// The watermark follows the newest transaction, but a single one with a wrong date must not evict the whole state: a
/// step of more than a day, in either direction, is taken only after several in a row.
package struct Watermark: Sendable, Hashable {
    private static let confirmations = 64

    /// Microseconds since 1970; nil before the first transaction.
    package private(set) var time: Int64?
    private var outliersInARow = 0

    package init(time: Int64? = nil) { self.time = time }

    package mutating func observe(_ observed: Int64) {
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
