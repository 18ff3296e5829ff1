import Columnar

/// Window lengths in microseconds, and a history's counts and sums within them.
struct WindowSpans: Sendable, Hashable {
    let customer: [Int64]
    let terminal: [Int64]
    let delay: Int64

    init(_ windows: FeatureWindows) {
        customer = windows.customerDays.map { Int64($0) * CivilDateTime.microsecondsPerDay }
        terminal = windows.terminalDays.map { Int64($0) * CivilDateTime.microsecondsPerDay }
        delay = Int64(windows.delayDays) * CivilDateTime.microsecondsPerDay
    }

    /// Passes count and mean amount of each customer window to `body`, including this transaction.
    /// - Parameter history: A pointer, since passing the value itself retains and releases its arrays for every row.
    @inline(__always)
    func customerFeatures(
        time: Int64, amount: ExactAmount, history: UnsafePointer<EventHistory>,
        _ body: (_ window: Int, _ count: Float, _ mean: Float) -> Void
    ) {
        let end = history.pointee.position(after: time)
        var start = end
        for window in customer.indices {
            start = history.pointee.position(after: WindowSpans.earlier(time, customer[window]), upTo: start)
            let count = end - start + 1
            let sum = history.pointee.sum(from: start, to: end) &+ amount.units
            let mean: Double
            if !history.pointee.hasRests, amount.rest == 0, sum.magnitude <= 1 << 53 {
                // Dividend and divisor are exact: the quotient is the nearest double to the mean.
                mean = Double(sum) / (Double(count) * Double(ExactAmount.unitsPerOne))
            } else {
                mean = WindowSpans.mean(units: sum, rest: amount.rest, history, from: start, to: end)
            }
            body(window, Float(count), Float(mean))
        }
    }

    /// The mean where sums have rests, or are too large for a double: rare, so kept out of the loop above.
    @inline(never)
    private static func mean(
        units: Int64, rest: Double, _ history: UnsafePointer<EventHistory>, from start: Int, to end: Int
    ) -> Double {
        (history.pointee.rest(from: start, to: end) &+ ExactSum(rest)).mean(units: units, count: end - start + 1)
    }

    /// Passes count and share of frauds of each terminal window to `body`.
    @inline(__always)
    func terminalFeatures(
        time: Int64, history: borrowing EventHistory, _ body: (_ window: Int, _ count: Float, _ risk: Float) -> Void
    ) {
        let known = WindowSpans.earlier(time, delay)
        let end = history.position(after: known)
        var start = end
        for window in terminal.indices {
            start = history.position(after: WindowSpans.earlier(known, terminal[window]), upTo: start)
            let count = end - start
            let frauds = history.sum(from: start, to: end)
            body(window, Float(count), count == 0 ? 0 : Float(Double(frauds) / Double(count)))
        }
    }

    /// How far back the windows of a transaction reach.
    var reach: Int64 { max(customer.last ?? 0, delay + (terminal.last ?? 0)) }

    /// The latest time that no customer window of a transaction at most `lateness` behind the newest reaches.
    func customerHorizon(newest: Int64, lateness: Int64) -> Int64 {
        WindowSpans.earlier(newest, lateness + (customer.last ?? 0))
    }

    /// The latest time that no terminal window of a transaction at most `lateness` behind the newest reaches.
    func terminalHorizon(newest: Int64, lateness: Int64) -> Int64 {
        WindowSpans.earlier(newest, lateness + delay + (terminal.last ?? 0))
    }

    @inline(__always)
    private static func earlier(_ time: Int64, _ span: Int64) -> Int64 {
        let (result, overflow) = time.subtractingReportingOverflow(span)
        return overflow ? .min : result
    }
}
