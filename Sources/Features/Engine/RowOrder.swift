package import Columnar

/// Rows by ascending time, then id, then position: ids as ``RecordID`` orders them.
package enum RowOrder {
    /// The rows in that order; nil if they are in that order already.
    package static func sorted(_ times: [Int64], ids: Column?) -> [Int32]? {
        switch ids?.storage {
        case .int64(let values): return sorted(times, ids) { values[$0] == values[$1] ? nil : values[$0] < values[$1] }
        case .int32(let values): return sorted(times, ids) { values[$0] == values[$1] ? nil : values[$0] < values[$1] }
        case .bytes(let values):
            return sorted(times, ids) { left, right in
                let (left, right) = (values[left], values[right])
                return left.elementsEqual(right) ? nil : left.lexicographicallyPrecedes(right)
            }
        case .boolean, .float32, .float64, nil: return sorted(times) { _, _ in nil }
        }
    }

    /// - Parameter precedes: As below, of rows that have an id.
    private static func sorted(_ times: [Int64], _ ids: Column?, _ precedes: (Int, Int) -> Bool?) -> [Int32]? {
        guard let validity = ids?.validity else { return sorted(times, precedes) }
        return sorted(times) { left, right in
            switch (validity[left], validity[right]) {
            case (true, true): precedes(left, right)
            case (false, true): true
            case (true, false): false
            case (false, false): nil
            }
        }
    }

    /// - Parameter precedes: Whether the first row's id is before the second's; nil for equal ones.
    private static func sorted(_ times: [Int64], _ precedes: (Int, Int) -> Bool?) -> [Int32]? {
        func isBefore(_ left: Int, _ right: Int) -> Bool {
            if times[left] != times[right] { return times[left] < times[right] }
            return precedes(left, right) ?? (left < right)
        }
        guard !(1..<max(1, times.count)).allSatisfy({ isBefore($0 - 1, $0) }) else { return nil }
        let rows = times.indices.map { (time: times[$0], row: Int32($0)) }
        // The time beside the row spares most comparisons an access to memory.
        let ordered = rows.sorted { left, right in
            left.time != right.time ? left.time < right.time : isBefore(Int(left.row), Int(right.row))
        }
        return ordered.map(\.row)
    }
}
