/// Horizontal bars with a name and a number each, from top to bottom in the order given: feature importance, counts per
/// rule.
package struct BarChart: Chart {
    package struct Bar: Sendable {
        package var name: String
        package var value: Double
        /// What stands at the bar's end; `nil` for the value with three significant digits.
        package var text: String?

        package init(_ name: String, _ value: Double, text: String? = nil) {
            self.name = name
            self.value = value
            self.text = text
        }
    }

    /// Bars of values that are not finite have no length.
    package var bars: [Bar]
    package var valueLabel: String
    package var colour: ChartColour

    package init(_ bars: [Bar], valueLabel: String, colour: ChartColour = .series(0)) {
        self.bars = bars
        self.valueLabel = valueLabel
        self.colour = colour
    }

    package var legend: [LegendEntry] { [] }

    package func svg(size: ChartSize, label: String) -> String {
        let rowHeight = 26.0, top = 6.0, bottomMargin = 46.0
        let height = top + rowHeight * Double(max(1, bars.count)) + bottomMargin
        var canvas = Canvas(width: size.width, height: height, label: label)
        let nameLimit = size == .wide ? 46 : 26
        let names = bars.map { Self.shortened($0.name, to: nameLimit) }
        let left = 14 + 7.5 * Double(names.map(\.count).max() ?? 0)
        let texts = bars.map { $0.text ?? ReadableNumber.compact($0.value) }
        let right = size.width - 20 - 6.9 * Double(min(16, texts.map(\.count).max() ?? 0))
        let scale = AxisScale(
            ChartAxis(valueLabel), values: bars.map(\.value), includesZero: true, tickCount: size == .wide ? 8 : 4,
            roundsEnds: false)
        let bottom = height - bottomMargin
        func horizontal(_ value: Double) -> Double { left + (scale.position(value) ?? 0) * (right - left) }

        for tick in scale.ticks {
            canvas.line(horizontal(tick.value), top, horizontal(tick.value), bottom, class: "grid")
            canvas.text(horizontal(tick.value), bottom + 18, .middle, tick.label)
        }
        let zero = horizontal(0)
        for (index, bar) in bars.enumerated() {
            let y = top + rowHeight * Double(index)
            let end = bar.value.isFinite ? horizontal(bar.value) : zero
            canvas.text(left - 8, y + rowHeight / 2 + 4, .end, class: "name", names[index])
            canvas.rectangle(
                min(zero, end), y + 4, abs(end - zero), rowHeight - 8, radius: 2.5, class: "bar \(colour.name)",
                tip: "\(bar.name): \(texts[index])")
            canvas.text(max(zero, end) + 7, y + rowHeight / 2 + 4, .start, class: "amount", texts[index])
        }
        canvas.line(zero, top, zero, bottom, class: "axis")
        canvas.text(left + (right - left) / 2, bottom + 38, .middle, valueLabel)
        return canvas.finish()
    }

    static func shortened(_ name: String, to limit: Int) -> String {
        name.count <= limit ? name : name.prefix(limit - 1) + "\u{2026}"
    }
}
