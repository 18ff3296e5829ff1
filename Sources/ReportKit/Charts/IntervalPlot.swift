/// Estimates with their intervals, one per row, against a reference value: shows which differences are real.
package struct IntervalPlot: Chart {
    package struct Row: Sendable {
        package var name: String
        package var estimate: Double
        package var lower: Double
        package var upper: Double

        package init(_ name: String, estimate: Double, lower: Double, upper: Double) {
            self.name = name
            self.estimate = estimate
            self.lower = lower
            self.upper = upper
        }
    }

    package var rows: [Row]
    package var axis: ChartAxis
    /// A dashed vertical line, such as 0 for differences.
    package var reference: Double?
    /// Decimals of the numbers beside the intervals.
    package var decimals: Int

    package init(_ rows: [Row], axis: ChartAxis, reference: Double? = nil, decimals: Int = 4) {
        self.rows = rows
        self.axis = axis
        self.reference = reference
        self.decimals = decimals
    }

    package var legend: [LegendEntry] { [] }

    package func svg(size: ChartSize, label: String) -> String {
        let rowHeight = size == .wide ? 34.0 : 46.0, top = 8.0, bottomMargin = 46.0
        let height = top + rowHeight * Double(max(1, rows.count)) + bottomMargin
        var canvas = Canvas(width: size.width, height: height, label: label)
        let texts = rows.map(text)
        // In a narrow chart the name and the numbers stand above the interval, in a wide one at its sides.
        let isWide = size == .wide
        let left = isWide ? 20 + 7.5 * Double(min(40, rows.map(\.name.count).max() ?? 0)) : 20
        let right = size.width - (isWide ? 24 + 6.6 * Double(min(44, texts.map(\.count).max() ?? 0)) : 20)
        let bottom = height - bottomMargin
        let values = rows.flatMap { [$0.lower, $0.estimate, $0.upper] } + [reference].compactMap { $0 }
        let scale = AxisScale(axis, values: values, tickCount: isWide ? 6 : 4)
        func horizontal(_ value: Double) -> Double? {
            scale.position(value).map { left + min(max($0, 0), 1) * (right - left) }
        }

        for tick in scale.ticks {
            guard let x = horizontal(tick.value) else { continue }
            canvas.line(x, top, x, bottom, class: "grid")
            canvas.text(x, bottom + 18, .middle, tick.label)
        }
        if let reference, let x = horizontal(reference) { canvas.line(x, top, x, bottom, class: "reference") }
        for (index, row) in rows.enumerated() {
            let y = top + rowHeight * (Double(index) + (isWide ? 0.5 : 0.74))
            canvas.text(
                isWide ? left - 12 : left, isWide ? y + 4 : y - 14, isWide ? .end : .start, class: "name", row.name)
            canvas.text(
                isWide ? right + 12 : right, isWide ? y + 4 : y - 14, isWide ? .start : .end, class: "amount",
                texts[index])
            let colour = ChartColour.series(0).name
            if let from = horizontal(row.lower), let to = horizontal(row.upper) {
                canvas.line(from, y, to, y, class: "whisker \(colour)")
                for end in [from, to] { canvas.line(end, y - 5, end, y + 5, class: "whisker \(colour)") }
            }
            if let x = horizontal(row.estimate) {
                canvas.circle(x, y, radius: 5, class: "mark \(colour)", tip: "\(row.name): \(texts[index])")
            }
        }
        canvas.line(left, bottom, right, bottom, class: "axis")
        canvas.text(left + (right - left) / 2, bottom + 38, .middle, axis.label)
        return canvas.finish()
    }

    private func text(_ row: Row) -> String {
        let numbers = [row.estimate, row.lower, row.upper].map {
            abs($0) < 1e6 ? ReadableNumber.decimal($0, decimals) : ReadableNumber.compact($0)
        }
        return "\(numbers[0])  [\(numbers[1]), \(numbers[2])]"
    }
}
