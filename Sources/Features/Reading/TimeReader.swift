import Columnar

/// Reads times of a column: microseconds since 1970-01-01T00:00:00, of UTC where the column's zone is known.
struct TimeReader: Sendable {
    private enum Form: Sendable {
        case format(TimeFormat)
        case relative(microsecondsPerUnit: Int64, origin: Int64)
    }

    private let form: Form
    /// What wall-clock times are ahead of UTC, in microseconds; nil where nobody knows.
    private let offset: Int64?
    /// Whether a text may have its own offset.
    private let hasOptionalOffset: Bool

    /// nil for a type that is no time.
    init?(_ type: SchemaColumnType) {
        switch type {
        case .timestamp(let format, let timeZone):
            form = .format(format)
            offset = timeZone.map { Int64($0.seconds) * 1_000_000 }
            hasOptionalOffset = format == .iso8601
        case .relativeTime(let unit, let origin):
            form = .relative(microsecondsPerUnit: unit.microseconds, origin: origin.microsecondsSince1970)
            offset = nil
            hasOptionalOffset = false
        case .integer, .float, .text, .category, .boolean: return nil
        }
    }

    /// A text without blanks around it; nil for what is no time.
    /// - Parameter readable: the first byte that can be read, at `begin` or before it.
    func microseconds(
        _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, readable: UnsafePointer<UInt8>
    ) -> Int64? {
        switch form {
        case .format(let format):
            let text = UnsafeBufferPointer(start: begin, count: end - begin)
            guard let time = format.microseconds(parsing: text) else { return nil }
            guard let offset, !(hasOptionalOffset && TimeReader.hasOffset(text)) else { return time }
            return TimeReader.difference(time, offset)
        case .relative:
            if let units = NumberText.int64(begin, end, readable: readable) { return microseconds(units) }
            return NumberText.float64(begin, end, readable: readable).flatMap { microseconds($0) }
        }
    }

    /// A number in an integer column.
    func microseconds(_ value: Int64) -> Int64? {
        switch form {
        case .format(let format): return wallClock(format.microseconds(parsing: "\(value)"))
        case .relative(let unit, let origin):
            let (product, overflows) = value.multipliedReportingOverflow(by: unit)
            let (sum, overflowsToo) = product.addingReportingOverflow(origin)
            return overflows || overflowsToo ? nil : sum
        }
    }

    /// A number in a floating-point column; whole ones are exact.
    func microseconds(_ value: Double) -> Int64? {
        if let whole = Int64(exactly: value) { return microseconds(whole) }
        switch form {
        case .format(let format): return wallClock(format.microseconds(parsing: "\(value)"))
        case .relative(let unit, let origin):
            guard let ticks = Int64(exactly: (value * Double(unit)).rounded()) else { return nil }
            let (sum, overflows) = ticks.addingReportingOverflow(origin)
            return overflows ? nil : sum
        }
    }

    /// A time that is stored as such.
    func microseconds(ticks: Int64, unit: TimeUnit, isUTC: Bool) -> Int64? {
        let time = unit.microseconds(ofTicks: ticks)
        return isUTC ? time : wallClock(time)
    }

    /// Of UTC, if the column's zone is known.
    private func wallClock(_ time: Int64?) -> Int64? {
        guard let offset else { return time }
        return time.flatMap { TimeReader.difference($0, offset) }
    }

    private static func difference(_ time: Int64, _ offset: Int64) -> Int64? {
        let (result, overflows) = time.subtractingReportingOverflow(offset)
        return overflows ? nil : result
    }

    /// Whether an ISO 8601 time ends with an offset from UTC.
    static func hasOffset(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 19 else { return false }
        return text[19...].contains { "Z+-".utf8.contains($0) }
    }
}
