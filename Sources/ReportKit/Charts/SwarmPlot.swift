/// Many values of each of some things, as dots along a common axis that pile up where there are many (a beeswarm); colours
/// tell low from high ranks of another quantity.
package struct SwarmPlot: Chart {
    package struct Row: Sendable {
        package var name: String
        /// Along the axis; values that it cannot show are left out.
        package var positions: [Double]
        /// 0 to 1, for the colour of each dot; nil for none.
        package var ranks: [Double?]

        package init(_ name: String, positions: [Double], ranks: [Double?]) {
            self.name = name
            self.positions = positions
            self.ranks = ranks
        }
    }

    package var rows: [Row]
    package var axis: ChartAxis

    package init(_ rows: [Row], axis: ChartAxis) {
        self.rows = rows
        self.axis = axis
    }

    private enum Level: CaseIterable {
        case low, middle, high, missing

        init(_ rank: Double?) {
            guard let rank else {
                self = .missing
                return
            }
            self = rank < 1.0 / 3 ? .low : rank < 2.0 / 3 ? .middle : .high
        }

        var entry: LegendEntry {
            switch self {
            case .low: LegendEntry("low value", .series(0))
            case .middle: LegendEntry("middle", .series(3))
            case .high: LegendEntry("high value", .series(1))
            case .missing: LegendEntry("missing", .muted)
            }
        }
    }

    package var legend: [LegendEntry] {
        let used = Set(rows.flatMap { $0.ranks.map { Level($0) } })
        return Level.allCases.filter(used.contains).map(\.entry)
    }

    package func svg(size: ChartSize, label: String) -> String {
        let rowHeight = 30.0, top = 6.0, bottomMargin = 46.0
        let height = top + rowHeight * Double(max(1, rows.count)) + bottomMargin
        var canvas = Canvas(width: size.width, height: height, label: label)
        let names = rows.map { BarChart.shortened($0.name, to: size == .wide ? 46 : 26) }
        let left = 22 + 7.5 * Double(names.map(\.count).max() ?? 0)
        let right = size.width - 20, bottom = height - bottomMargin
        let scale = AxisScale(
            axis, values: rows.flatMap(\.positions), includesZero: true, tickCount: size == .wide ? 8 : 4)
        func horizontal(_ value: Double) -> Double? { scale.position(value).map { left + $0 * (right - left) } }

        for tick in scale.ticks {
            guard let x = horizontal(tick.value) else { continue }
            canvas.line(x, top, x, bottom, class: "grid")
            canvas.text(x, bottom + 18, .middle, tick.label)
        }
        if let zero = horizontal(0) { canvas.line(zero, top, zero, bottom, class: "axis") }
        for (index, row) in rows.enumerated() {
            let y = top + rowHeight * (Double(index) + 0.5)
            canvas.text(left - 12, y + 4, .end, class: "name", names[index])
            let dots = row.positions.map(horizontal)
            var byLevel: [Level: [(x: Double, y: Double)]] = [:]
            for (dot, offset) in zip(dots.indices, Self.offsets(dots, room: rowHeight / 2 - 4)) {
                guard let x = dots[dot] else { continue }
                byLevel[Level(dot < row.ranks.count ? row.ranks[dot] : nil), default: []].append((x, y + offset))
            }
            for level in Level.allCases { canvas.dots(byLevel[level] ?? [], class: level.entry.colour.name) }
        }
        canvas.text(left + (right - left) / 2, bottom + 38, .middle, axis.label)
        return canvas.finish()
    }

    /// Vertical distances from the row's middle: dots of one column of pixels pile up on both sides, closer where they would leave
    /// the row.
    private static func offsets(_ dots: [Double?], room: Double) -> [Double] {
        let width = 3.0
        func column(_ x: Double) -> Int { Int((x / width).rounded()) }
        var counts: [Int: Int] = [:]
        for case .some(let x) in dots { counts[column(x), default: 0] += 1 }
        var stacked: [Int: Int] = [:]
        return dots.map { x in
            guard let x else { return 0 }
            let number = stacked[column(x), default: 0]
            stacked[column(x)] = number + 1
            let step = min(3.2, 2 * room / Double(max(1, counts[column(x), default: 1] - 1)))
            return Double((number + 1) / 2) * (number % 2 == 0 ? -step : step)
        }
    }
}
