extension Column {
    /// A row's value as text: numbers in the shortest form that reads back equal, `true` and `false`, `2019-08-22`, and times in
    /// ``CivilDateTime/TextForm/plain`` form with a fraction where they have one. Null is empty; bytes are taken as they are.
    package func appendText(ofRow row: Int, to text: inout [UInt8]) {
        guard !isNull(row) else { return }
        switch storage {
        case .boolean(let values): text += (values[row] ? "true" : "false").utf8
        case .int32(let values):
            guard type == .date else {
                text += "\(values[row])".utf8
                return
            }
            let start = text.count
            let midnight = Int64(values[row]) * CivilDateTime.microsecondsPerDay
            CivilDateTime.append(microseconds: midnight, as: .plain, to: &text)
            // The date, without the time of day.
            if let end = text[start...].firstIndex(of: UInt8(ascii: " ")) { text.removeSubrange(end...) }
        case .int64(let values):
            guard case .timestamp(let unit, _) = type, let time = unit.microseconds(ofTicks: values[row]) else {
                text += "\(values[row])".utf8
                return
            }
            CivilDateTime.append(microseconds: time, as: .plain, to: &text)
        case .float32(let values): text += "\(values[row])".utf8
        case .float64(let values): text += "\(values[row])".utf8
        case .bytes(let values): text += values[row]
        }
    }

    /// A row's value as ``appendText(ofRow:to:)`` writes it, cut after so many bytes.
    package func text(ofRow row: Int, limit: Int) -> String {
        if case .bytes(let values) = storage, !isNull(row) {
            return String(decoding: values[row].prefix(limit), as: UTF8.self)
        }
        var text: [UInt8] = []
        appendText(ofRow: row, to: &text)
        return String(decoding: text.prefix(limit), as: UTF8.self)
    }
}

extension TimeUnit {
    /// Microseconds, rounded down; nil where 64 bits do not hold them.
    package func microseconds(ofTicks ticks: Int64) -> Int64? {
        switch self {
        case .milliseconds:
            let (product, overflows) = ticks.multipliedReportingOverflow(by: 1000)
            return overflows ? nil : product
        case .microseconds: return ticks
        case .nanoseconds: return CivilDateTime.floorDivide(ticks, 1000)
        }
    }
}
