import Columnar

extension TimeUnit {
    /// Microseconds in this unit, rounded down; nil where a 64-bit integer cannot hold them.
    func ticks(microseconds: Int64) -> Int64? {
        switch self {
        case .microseconds: return microseconds
        case .milliseconds: return CivilDateTime.floorDivide(microseconds, 1000)
        case .nanoseconds:
            let (ticks, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
            return overflow ? nil : ticks
        }
    }
}
