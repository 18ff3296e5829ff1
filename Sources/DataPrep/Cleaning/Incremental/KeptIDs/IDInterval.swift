/// Consecutive transaction_ids.
package struct IDInterval: Sendable, Hashable {
    package var first: Int64
    /// The last id, inclusive.
    package var last: Int64

    package init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    package var count: UInt64 { UInt64(bitPattern: last &- first) + 1 }
}

/// Sets of ids as ascending intervals that do not touch one another.
package enum IDIntervals {
    /// Appends an interval that is past all others.
    package static func append(_ interval: IDInterval, to intervals: inout [IDInterval]) {
        if let last = intervals.last, last.last < .max, last.last + 1 == interval.first {
            intervals[intervals.count - 1].last = interval.last
        } else {
            intervals.append(interval)
        }
    }

    /// The intersection.
    package static func intersection(_ left: [IDInterval], _ right: [IDInterval]) -> [IDInterval] {
        var result: [IDInterval] = []
        var first = 0, second = 0
        while first < left.count, second < right.count {
            let low = max(left[first].first, right[second].first), high = min(left[first].last, right[second].last)
            if low <= high { result.append(IDInterval(first: low, last: high)) }
            if left[first].last < right[second].last { first += 1 } else { second += 1 }
        }
        return result
    }

    /// The first without the second, which is a subset of it.
    package static func subtracting(_ part: [IDInterval], from whole: [IDInterval]) -> [IDInterval] {
        guard !part.isEmpty else { return whole }
        var result: [IDInterval] = []
        var next = 0
        for interval in whole {
            var first = interval.first
            var isOver = false
            while next < part.count, part[next].last <= interval.last {
                if part[next].first > first {
                    result.append(IDInterval(first: first, last: part[next].first - 1))
                }
                isOver = part[next].last == interval.last
                if !isOver { first = part[next].last + 1 }
                next += 1
            }
            if !isOver { result.append(IDInterval(first: first, last: interval.last)) }
        }
        return result
    }
}
