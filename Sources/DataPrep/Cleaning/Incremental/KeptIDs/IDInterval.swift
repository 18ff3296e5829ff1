/// What a row is known by from run to run: its id where that is an integer, else 128 bits of a hash (``RowKey``).
package protocol KeptID: FixedWidthInteger, SignedInteger, BitwiseCopyable, Sendable
where Magnitude: BitwiseCopyable & Sendable {
    /// The version of the format of their files.
    static var formatVersion: UInt32 { get }
}

extension Int64: KeptID {
    package static var formatVersion: UInt32 { 1 }
}

extension Int128: KeptID {
    package static var formatVersion: UInt32 { 2 }
}

/// Consecutive ids.
package struct IDInterval<ID: KeptID>: Sendable, Hashable {
    package var first: ID
    /// The last id, inclusive.
    package var last: ID

    package init(first: ID, last: ID) {
        self.first = first
        self.last = last
    }

    package var count: UInt64 { UInt64(truncatingIfNeeded: last &- first) + 1 }
}

/// Sets of ids as ascending intervals that do not touch one another.
package enum IDIntervals<ID: KeptID> {
    /// Appends an interval that is past all others.
    package static func append(_ interval: IDInterval<ID>, to intervals: inout [IDInterval<ID>]) {
        if let last = intervals.last, last.last < .max, last.last + 1 == interval.first {
            intervals[intervals.count - 1].last = interval.last
        } else {
            intervals.append(interval)
        }
    }

    /// The intersection.
    package static func intersection(_ left: [IDInterval<ID>], _ right: [IDInterval<ID>]) -> [IDInterval<ID>] {
        var result: [IDInterval<ID>] = []
        var first = 0, second = 0
        while first < left.count, second < right.count {
            let low = max(left[first].first, right[second].first), high = min(left[first].last, right[second].last)
            if low <= high { result.append(IDInterval(first: low, last: high)) }
            if left[first].last < right[second].last { first += 1 } else { second += 1 }
        }
        return result
    }

    /// The first without the second, which is a subset of it.
    package static func subtracting(_ part: [IDInterval<ID>], from whole: [IDInterval<ID>]) -> [IDInterval<ID>] {
        guard !part.isEmpty else { return whole }
        var result: [IDInterval<ID>] = []
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
