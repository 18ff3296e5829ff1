/// Computes the features of one transaction from the history of its key.
struct WindowQuery {
    // The plan, which owns it, outlives the query: counting references would cost more than most features.
    unowned(unsafe) let layout: HistoryLayout
    /// The rows of the history; nil without any.
    let rows: UnsafeMutablePointer<Int64>?
    let long: UnsafePointer<LongHistory>?
    /// Whether any number of the history has a rest.
    let hasRests: Bool
    /// The history if its cursors can be used.
    let cursors: UnsafePointer<KeyHistory>?
    let first: Int
    let count: Int
    let lanes: RowLanes
    let row: Int

    /// A window: the rows from one position to another, and the time after which it begins.
    struct Window {
        let lower: Int
        let upper: Int
        let start: Int64

        @inline(__always)
        var count: Int { upper - lower }
    }

    /// Writes the features of a row to their lanes.
    ///
    /// Events up to `horizon` do not count, whether or not they have been evicted: when that happens makes no difference.
    /// - Parameters:
    ///   - usesCursors: Whether the history's cursors are those of the plan's layout.
    ///   - ends: Gets where windows begin and end, and the rows of extremes, as ``KeyHistory/setCursors(_:_:)`` takes them.
    @inline(__always)
    static func compute(
        _ plan: HistoryTablePlan, _ history: UnsafePointer<KeyHistory>, _ lanes: RowLanes, _ row: Int, horizon: Int64,
        usesCursors: Bool, functions: [CustomWindow], ends: UnsafeMutablePointer<Window>
    ) {
        func compute(_ long: UnsafePointer<LongHistory>?) {
            let query = WindowQuery(
                layout: plan.layout, rows: history.pointee.rows.base, long: long,
                hasRests: long.map { $0.pointee.hasRests } ?? false,
                cursors: usesCursors ? history : nil, first: Int(history.pointee.first),
                count: history.pointee.rows.count, lanes: lanes, row: row)
            query.findEnds(plan, history, horizon: horizon, usesCursors: usesCursors, ends: ends)
            query.compute(plan, functions: functions, ends: ends)
        }
        guard history.pointee.isLong else { return compute(nil) }
        history.pointee.long.withUnsafeBufferPointer { compute($0.baseAddress) }
    }

    /// Finds where windows begin and end.
    @inline(__always)
    private func findEnds(
        _ plan: HistoryTablePlan, _ history: UnsafePointer<KeyHistory>, horizon: Int64, usesCursors: Bool,
        ends: UnsafeMutablePointer<Window>
    ) {
        let time = lanes[RowLanes.time, row]
        let stride = layout.stride
        var oldest = first
        var limit = count
        if let rows, oldest < count, rows[oldest &* stride] <= horizon {
            oldest = RowSearch.position(
                after: horizon, in: rows, stride: stride, from: oldest, upTo: count, near: oldest)
        }
        for index in plan.bounds.indices {
            let bound = max(layout.bound(time, plan.bounds[index]), horizon)
            if let rows, limit > oldest {
                limit = RowSearch.position(
                    after: bound, in: rows, stride: stride, from: oldest, upTo: limit,
                    near: plan.bounds[index] == 0 || !usesCursors ? limit : history.pointee.rows.cursor(index))
            }
            ends[index] = Window(lower: limit, upper: limit, start: bound)
        }
    }

    @inline(__always)
    private func compute(
        _ plan: HistoryTablePlan, functions: [CustomWindow], ends: UnsafeMutablePointer<Window>
    ) {
        let isCurrentKept = layout.filter.map { lanes[$0, row] != 0 } ?? true
        var chain = ExtremeChain()
        for feature in plan.features {
            let window = Window(
                lower: ends[feature.lower].lower, upper: ends[feature.upper].upper, start: ends[feature.lower].start)
            let value = value(feature, window, isCurrentKept && feature.includesCurrent, functions, &chain, ends)
            lanes.setNumber(value, feature.output, row)
        }
    }

    @inline(__always)
    private func value(
        _ feature: HistoryFeature, _ window: Window, _ addsCurrent: Bool, _ functions: [CustomWindow],
        _ chain: inout ExtremeChain, _ ends: UnsafeMutablePointer<Window>
    ) -> Double {
        switch feature.operation {
        case .count: return Double(rowCount(window) + (addsCurrent ? 1 : 0))
        case .sum: return sum(feature.measure, window, addsCurrent)
        case .mean: return mean(feature.measure, window, addsCurrent)
        case .standardDeviation: return standardDeviation(feature.measure, window, addsCurrent)
        case .minimum: return extreme(feature, window, addsCurrent, isMaximum: false, &chain, ends)
        case .maximum: return extreme(feature, window, addsCurrent, isMaximum: true, &chain, ends)
        case .distinct: return distinct(feature.measure, window, addsCurrent)
        case .fraudCount: return Double(labels(window).frauds)
        case .fraudShare:
            let (frauds, known) = labels(window)
            return known == 0 ? 0 : Double(frauds) / Double(known)
        case .timeSincePrevious:
            return secondsSincePrevious(window)
        case .isFirst: return window.count == 0 ? 1 : 0
        case .distanceFromPrevious: return distance(feature.measure, window)
        case .speedFromPrevious:
            let hours = secondsSincePrevious(window) / 3600
            return hours > 0 ? distance(feature.measure, window) / hours : .nan
        case .custom(let function): return custom(functions[function], feature.measure, window, addsCurrent)
        }
    }

    /// The difference of a running total between the window's ends.
    @inline(__always)
    private func total(_ word: Int, _ window: Window) -> Int64 {
        guard let rows, window.count > 0 else { return 0 }
        return rows[(window.upper &- 1) &* layout.stride &+ word]
            &- rows[(window.lower &- 1) &* layout.stride &+ word]
    }

    @inline(__always)
    private func rowCount(_ window: Window) -> Int {
        layout.rowsWord == 0 ? window.count : Int(total(layout.rowsWord, window))
    }

    /// How many values of a number the window has, and the sum of their units.
    @inline(__always)
    private func sums(_ number: Int, _ window: Window, _ addsCurrent: Bool) -> (
        count: Int, units: Int64, current: Double
    ) {
        let words = layout.numbers[number]
        var count = words.count == 0 ? rowCount(window) : Int(total(words.count, window))
        var units = total(words.units, window)
        var rest = 0.0
        if addsCurrent {
            let value = lanes.number(words.lanes.value, row)
            if !value.isNaN {
                count += 1
                let added = lanes[words.lanes.units, row]
                units &+= added
                if added == 0, value != 0 { rest = ExactAmount(value).rest }
            }
        }
        return (count, units, rest)
    }

    @inline(__always)
    private func sum(_ number: Int, _ window: Window, _ addsCurrent: Bool) -> Double {
        let (count, units, rest) = sums(number, window, addsCurrent)
        guard count > 0 else { return 0 }
        return quotient(units, rest, number, window, count: 1)
    }

    @inline(__always)
    private func mean(_ number: Int, _ window: Window, _ addsCurrent: Bool) -> Double {
        let (count, units, rest) = sums(number, window, addsCurrent)
        guard count > 0 else { return .nan }
        return quotient(units, rest, number, window, count: count)
    }

    @inline(__always)
    private func quotient(_ units: Int64, _ rest: Double, _ number: Int, _ window: Window, count: Int) -> Double {
        if !hasRests, rest == 0, units.magnitude <= 1 << 53 {
            // Dividend and divisor are exact: the quotient is the nearest double.
            return Double(units) / (Double(count) * Double(ExactAmount.unitsPerOne))
        }
        return wideQuotient(units, rest, number, window, count: count)
    }

    /// Where sums have rests, or are too large for a double: rare, so kept out of the loop above.
    @inline(never)
    private func wideQuotient(
        _ units: Int64, _ rest: Double, _ number: Int, _ window: Window, count: Int
    ) -> Double {
        let sum = self.rest(number, window) &+ ExactSum(rest)
        guard units.magnitude > 1 << 53 || !sum.isZero else {
            return Double(units) / (Double(count) * Double(ExactAmount.unitsPerOne))
        }
        return sum.mean(units: units, count: count)
    }

    @inline(__always)
    private func rest(_ number: Int, _ window: Window) -> ExactSum {
        long.map { $0.pointee.rest(number, from: window.lower, to: window.upper) } ?? ExactSum()
    }

    @inline(__always)
    private func standardDeviation(_ number: Int, _ window: Window, _ addsCurrent: Bool) -> Double {
        let (count, units, rest) = sums(number, window, addsCurrent)
        guard count > 1 else { return .nan }
        let words = layout.numbers[number]
        var squares: UInt128 = 0
        if let rows, window.count > 0 {
            let upper = (window.upper - 1) * layout.stride + words.squares
            let lower = (window.lower - 1) * layout.stride + words.squares
            squares =
                KeyHistory.squares(rows[upper], rows[upper + 1]) &- KeyHistory.squares(rows[lower], rows[lower + 1])
        }
        if addsCurrent, !lanes.number(words.lanes.value, row).isNaN {
            let added = UInt128(lanes[words.lanes.units, row].magnitude)
            squares &+= added * added
        }
        guard hasRests || rest != 0 else {
            return ExactVariance.variance(
                count: count, units: units, squares: squares, rest: ExactSum(), restSquares: WideInteger()
            ).squareRoot()
        }
        return wideDeviation(number, window, count, units, squares, rest)
    }

    @inline(never)
    private func wideDeviation(
        _ number: Int, _ window: Window, _ count: Int, _ units: Int64, _ squares: UInt128, _ rest: Double
    ) -> Double {
        var restSquares =
            long.map { $0.pointee.restSquares(number, from: window.lower, to: window.upper) } ?? WideInteger()
        if rest != 0 { restSquares.add(WideInteger(squareOf: rest)) }
        return ExactVariance.variance(
            count: count, units: units, squares: squares, rest: self.rest(number, window) &+ ExactSum(rest),
            restSquares: restSquares
        ).squareRoot()
    }

    /// The row at which the search for an extreme ended, for the next longer window.
    struct ExtremeChain {
        var number = -1
        var isMaximum = false
        var upper = 0
        var lower = 0
        var position = 0
    }

    @inline(__always)
    private func extreme(
        _ feature: HistoryFeature, _ window: Window, _ addsCurrent: Bool, isMaximum: Bool,
        _ chain: inout ExtremeChain, _ ends: UnsafeMutablePointer<Window>
    ) -> Double {
        var result = WindowExtreme()
        let words = layout.numbers[feature.measure]
        if addsCurrent {
            let value = lanes.number(words.lanes.value, row)
            result.add(value, value)
        }
        var end = 0
        if let rows, window.count > 0 {
            if words.links > 0, let position = linked(rows, words, feature, window, isMaximum, &chain) {
                end = position
                let value = Double(
                    bitPattern: UInt64(bitPattern: rows[position &* layout.stride &+ words.minimum]))
                result.add(value, value)
            } else {
                let scanned = scanned(rows, words, feature.measure, window)
                result.add(scanned.minimum, scanned.maximum)
            }
        }
        if feature.cursor >= 0 { ends[feature.cursor] = Window(lower: end, upper: end, start: 0) }
        return isMaximum ? result.maximum : result.minimum
    }

    /// The row of the extreme by links; nil if there are too many.
    @inline(__always)
    private func linked(
        _ rows: UnsafeMutablePointer<Int64>, _ words: HistoryLayout.NumberWords, _ feature: HistoryFeature,
        _ window: Window, _ isMaximum: Bool, _ chain: inout ExtremeChain
    ) -> Int? {
        var start = window.upper &- 1
        if feature.cursor >= 0, let cursors, window.upper == count {
            let cursor = cursors.pointee.rows.cursor(feature.cursor)
            if cursor >= window.lower { start = cursor }
        }
        if chain.number == feature.measure, chain.isMaximum == isMaximum, chain.upper == window.upper,
            chain.lower >= window.lower
        {
            start = min(start, chain.position)
        }
        let links = ExtremeLinks(rows: rows, stride: layout.stride, value: words.minimum, links: words.links)
        guard
            let position = links.extreme(
                to: start, from: window.lower, isMaximum: isMaximum,
                steps: long == nil ? Int.max : ExtremeLinks.longest)
        else { return nil }
        chain = ExtremeChain(
            number: feature.measure, isMaximum: isMaximum, upper: window.upper, lower: window.lower,
            position: position)
        return position
    }

    private func scanned(
        _ rows: UnsafeMutablePointer<Int64>, _ words: HistoryLayout.NumberWords, _ number: Int, _ window: Window
    ) -> WindowExtreme {
        var result = WindowExtreme()
        let stride = layout.stride
        func scan(_ range: Range<Int>) {
            for position in range {
                result.add(
                    Double(bitPattern: UInt64(bitPattern: rows[position &* stride &+ words.minimum])),
                    Double(bitPattern: UInt64(bitPattern: rows[position &* stride &+ words.maximum])))
            }
        }
        let blocks = wholeBlocks(window, known: long?.pointee.extremes[number].count ?? 0)
        guard !blocks.isEmpty, let long else {
            scan(window.lower..<window.upper)
            return result
        }
        scan(window.lower..<blocks.lowerBound * LongHistory.blockRows)
        for block in blocks {
            let extreme = long.pointee.extremes[number][block]
            result.add(extreme.minimum, extreme.maximum)
        }
        scan(blocks.upperBound * LongHistory.blockRows..<window.upper)
        return result
    }

    /// The blocks that are in a window with all their rows.
    @inline(__always)
    private func wholeBlocks(_ window: Window, known: Int) -> Range<Int> {
        let blockRows = LongHistory.blockRows
        let start = (window.lower + blockRows - 1) / blockRows
        let end = min(window.upper / blockRows, known)
        return start < end ? start..<end : 0..<0
    }

    /// How many rows of the window have at most `limit` in a ranked word.
    private func countRanked(_ ranked: Int, atMost limit: Int64, _ window: Window) -> Int {
        guard let rows else { return 0 }
        let stride = layout.stride
        let word = layout.ranked[ranked]
        func scan(_ range: Range<Int>) -> Int {
            var count = 0
            for position in range where rows[position &* stride &+ word] <= limit { count += 1 }
            return count
        }
        let blocks = wholeBlocks(window, known: (long?.pointee.ranked[ranked].count ?? 0) / LongHistory.blockRows)
        guard !blocks.isEmpty, let long else { return scan(window.lower..<window.upper) }
        var count = scan(window.lower..<blocks.lowerBound * LongHistory.blockRows)
        count += long.pointee.ranked[ranked].withUnsafeBufferPointer { sorted in
            var count = 0
            for block in blocks {
                let start = block * LongHistory.blockRows
                var lower = start, upper = start + LongHistory.blockRows
                if sorted[lower] > limit { continue }
                if sorted[upper - 1] <= limit {
                    count += LongHistory.blockRows
                    continue
                }
                while lower < upper {
                    let middle = (lower + upper) >> 1
                    if sorted[middle] <= limit { lower = middle + 1 } else { upper = middle }
                }
                count += lower - start
            }
            return count
        }
        return count + scan(blocks.upperBound * LongHistory.blockRows..<window.upper)
    }

    /// A value counts at its first row in the window: the one whose predecessor is before the window.
    private func distinct(_ value: Int, _ window: Window, _ addsCurrent: Bool) -> Double {
        let count = window.count == 0 ? 0 : countRanked(value, atMost: window.start, window)
        let words = layout.values[value]
        guard addsCurrent, lanes[words.lanes.isPresent, row] != 0 else { return Double(count) }
        return Double(has(lanes[words.lanes.word, row], value, window) ? count : count + 1)
    }

    /// Whether a value occurs in a window that ends with the transaction.
    private func has(_ word: Int64, _ value: Int, _ window: Window) -> Bool {
        guard let rows, window.count > 0 else { return false }
        let words = layout.values[value]
        let stride = layout.stride
        if let long, long.pointee.hasValues(value) {
            guard let last = long.pointee.last(value, word), last > window.start else { return false }
            if last <= rows[(window.upper - 1) * stride] { return true }
        }
        var position = window.upper - 1
        while position >= window.lower {
            if rows[position &* stride &+ words.value] == word, rows[position &* stride &+ words.previous] != .max {
                return true
            }
            position -= 1
        }
        return false
    }

    /// The frauds of the window, and the transactions whose label is known, or all where nobody says when labels are.
    @inline(__always)
    private func labels(_ window: Window) -> (frauds: Int, known: Int) {
        if layout.knownAtWord == 0 { return (Int(total(layout.fraudsWord, window)), rowCount(window)) }
        guard let rows, window.count > 0 else { return (0, 0) }
        // `Int64.max` stands for never.
        let time = min(lanes[RowLanes.time, row], .max - 1)
        let ranked = layout.values.count
        var frauds = countRanked(ranked + 1, atMost: time, window)
        if let long, !long.pointee.labelChanges.isEmpty {
            frauds += long.pointee.fraudDifference(
                after: window.start, upTo: rows[(window.upper - 1) * layout.stride], knownBy: time)
        }
        return (frauds, countRanked(ranked, atMost: time, window))
    }

    @inline(__always)
    private func secondsSincePrevious(_ window: Window) -> Double {
        guard let rows, window.count > 0 else { return .nan }
        let (span, overflow) = lanes[RowLanes.time, row].subtractingReportingOverflow(
            rows[(window.upper - 1) * layout.stride])
        return overflow ? .nan : Double(span) / 1_000_000
    }

    private func distance(_ point: Int, _ window: Window) -> Double {
        guard let rows, window.count > 0 else { return .nan }
        let words = layout.points[point]
        let index = (window.upper - 1) * layout.stride + words.word
        return GreatCircle.kilometres(
            latitude: Double(bitPattern: UInt64(bitPattern: rows[index])),
            longitude: Double(bitPattern: UInt64(bitPattern: rows[index + 1])),
            toLatitude: lanes.number(words.latitude.value, row),
            longitude: lanes.number(words.longitude.value, row))
    }

    private func custom(
        _ function: CustomWindow, _ number: Int, _ window: Window, _ addsCurrent: Bool
    ) -> Double {
        let words = layout.numbers[number]
        let time = lanes[RowLanes.time, row]
        var events: [(age: Double, value: Double)] = []
        if let rows {
            for position in window.lower..<window.upper {
                let value = Double(
                    bitPattern: UInt64(bitPattern: rows[position * layout.stride + words.minimum]))
                guard !value.isNaN else { continue }
                let (age, overflow) = time.subtractingReportingOverflow(rows[position * layout.stride])
                events.append((overflow ? .infinity : Double(age) / 1_000_000, value))
            }
        }
        // Of transactions at one time nobody knows which came first: their values are in ascending order.
        events.sort { $0.age != $1.age ? $0.age > $1.age : $0.value < $1.value }
        let value = lanes.number(words.lanes.value, row)
        if addsCurrent, !value.isNaN { events.append((0, value)) }
        return function.function.value(
            values: events.map(\.value), ages: events.map(\.age), settings: function.settings)
    }
}

/// A function over windows with the settings of one feature.
struct CustomWindow: Sendable {
    let function: any WindowFunction
    let settings: [String: Double]
}
