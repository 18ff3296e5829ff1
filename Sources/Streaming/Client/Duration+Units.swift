extension Duration {
    /// Whole milliseconds, rounded down, as librdkafka's settings and calls take them.
    var milliseconds: Int32 { Int32(clamping: whole(perSecond: 1_000)) }

    /// Whole microseconds, rounded down; the unit of transaction times.
    var microseconds: Int64 { whole(perSecond: 1_000_000) }

    private func whole(perSecond: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: perSecond)
        let (sum, isSumOver) = whole.addingReportingOverflow(
            attoseconds / (1_000_000_000_000_000_000 / perSecond))
        return isOver || isSumOver ? (seconds < 0 ? .min : .max) : sum
    }
}
