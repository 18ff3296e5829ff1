/// Finds rows by time.
enum RowSearch {
    /// The position of the first row later than `time`, known not to be after `limit`.
    ///
    /// Memory access dominates the cost: the search begins where the one for an earlier transaction ended, moves away from there
    /// in doubling steps, and bisects the rest.
    /// - Parameter cursor: Any position.
    @inline(__always)
    static func position(
        after time: Int64, in rows: UnsafePointer<Int64>, stride: Int, from start: Int, upTo limit: Int,
        near cursor: Int
    ) -> Int {
        let guess = min(max(cursor, start), limit)
        if guess < limit, rows[guess &* stride] <= time {
            return forward(after: time, in: rows, stride: stride, from: guess &+ 1, upTo: limit)
        }
        if guess > start, rows[(guess &- 1) &* stride] > time {
            return backward(after: time, in: rows, stride: stride, from: start, upTo: guess &- 1)
        }
        return guess
    }

    /// The same, if it is probably near the start.
    @inline(__always)
    private static func forward(
        after time: Int64, in rows: UnsafePointer<Int64>, stride: Int, from start: Int, upTo limit: Int
    ) -> Int {
        var lower = start, upper = limit
        var step = 1
        while step <= upper &- lower {
            if rows[(lower &+ step &- 1) &* stride] > time {
                upper = lower &+ step &- 1
                break
            }
            lower &+= step
            step &*= 2
        }
        return bisect(after: time, in: rows, stride: stride, from: lower, upTo: upper)
    }

    /// The same, if it is probably near the limit.
    @inline(__always)
    static func backward(
        after time: Int64, in rows: UnsafePointer<Int64>, stride: Int, from start: Int, upTo limit: Int
    ) -> Int {
        var lower = start, upper = limit
        var step = 1
        while step <= upper &- lower {
            if rows[(upper &- step) &* stride] <= time {
                lower = upper &- step &+ 1
                break
            }
            upper &-= step
            step &*= 2
        }
        return bisect(after: time, in: rows, stride: stride, from: lower, upTo: upper)
    }

    @inline(__always)
    private static func bisect(
        after time: Int64, in rows: UnsafePointer<Int64>, stride: Int, from start: Int, upTo limit: Int
    ) -> Int {
        var lower = start, upper = limit
        while lower < upper {
            let middle = (lower &+ upper) >> 1
            if rows[middle &* stride] <= time { lower = middle &+ 1 } else { upper = middle }
        }
        return lower
    }
}
