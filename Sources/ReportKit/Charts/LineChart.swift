/// Lines over two axes: ROC and precision-recall curves, learning curves, calibration.
package struct LineChart: Chart {
    package struct Series: Sendable {
        package enum Style: Sendable {
            case solid, dashed
        }

        package var name: String
        package var x: [Double]
        package var y: [Double]
        package var style: Style
        /// Whether each point gets a dot.
        package var hasMarks: Bool

        /// Points in drawing order; a point that the axes cannot show breaks the line. Surplus elements of the longer
        /// array are ignored.
        package init(
            _ name: String, x: [Double], y: [Double], style: Style = .solid, hasMarks: Bool = false
        ) {
            self.name = name
            self.x = x
            self.y = y
            self.style = style
            self.hasMarks = hasMarks
        }
    }

    /// A single point to highlight, such as the chosen threshold.
    package struct Highlight: Sendable {
        package var x: Double
        package var y: Double
        package var label: String

        package init(_ label: String, x: Double, y: Double) {
            self.x = x
            self.y = y
            self.label = label
        }
    }

    package var xAxis: ChartAxis
    package var yAxis: ChartAxis
    package var series: [Series]
    /// The name of a dashed line y = x, such as `chance`.
    package var diagonal: String?
    package var highlights: [Highlight]

    package init(
        x xAxis: ChartAxis, y yAxis: ChartAxis, series: [Series], diagonal: String? = nil, highlights: [Highlight] = []
    ) {
        self.xAxis = xAxis
        self.yAxis = yAxis
        self.series = series
        self.diagonal = diagonal
        self.highlights = highlights
    }

    package var legend: [LegendEntry] {
        var entries = series.enumerated().map { index, line in
            LegendEntry(line.name, .series(index), isDashed: line.style == .dashed)
        }
        if let diagonal { entries.append(LegendEntry(diagonal, .muted, isDashed: true)) }
        return entries.count == 1 && highlights.isEmpty ? [] : entries
    }

    package func svg(size: ChartSize, label: String) -> String {
        var canvas = Canvas(width: size.width, height: size.height, label: label)
        let highlightX = highlights.map(\.x), highlightY = highlights.map(\.y)
        let frame = PlotFrame(
            size: size,
            x: AxisScale(
                xAxis, values: [series.flatMap(\.x), highlightX].joined(), tickCount: size == .wide ? 10 : 5),
            y: AxisScale(yAxis, values: [series.flatMap(\.y), highlightY].joined(), tickCount: 5))
        frame.drawAxes(&canvas, x: xAxis, y: yAxis)
        canvas.clipped(to: frame.left - 3, frame.top - 3, frame.width + 6, frame.height + 6) { canvas in
            if diagonal != nil { drawDiagonal(frame, &canvas) }
            // The first series matters most: draw it last, on top.
            for (index, line) in series.enumerated().reversed() { draw(line, .series(index), frame, &canvas) }
        }
        for highlight in highlights { draw(highlight, frame, &canvas) }
        return canvas.finish()
    }

    private func draw(_ line: Series, _ colour: ChartColour, _ frame: PlotFrame, _ canvas: inout Canvas) {
        let points = zip(line.x, line.y).lazy.map { frame.point($0, $1) }
        canvas.path(points, class: "curve \(colour.name)\(line.style == .dashed ? " dashed" : "")")
        guard line.hasMarks else { return }
        for (x, y) in zip(line.x, line.y) {
            guard let point = frame.point(x, y) else { continue }
            let tip = "\(line.name): \(ReadableNumber.compact(x)), \(ReadableNumber.compact(y, significant: 4))"
            canvas.circle(point.x, point.y, radius: 4, class: "mark \(colour.name)", tip: tip)
        }
    }

    private func drawDiagonal(_ frame: PlotFrame, _ canvas: inout Canvas) {
        let low = max(frame.x.lower, frame.y.lower), high = min(frame.x.upper, frame.y.upper)
        guard low < high else { return }
        // More points than its two ends, as the line is curved when only one axis is logarithmic.
        let steps = 64
        let points = (0...steps).lazy.map { step in
            let share = Double(step) / Double(steps)
            let value = frame.x.isLogarithmic ? frame.x.value(at: share) : low + (high - low) * share
            return value < low || value > high ? nil : frame.point(value, value)
        }
        canvas.path(points, class: "reference")
    }

    private func draw(_ highlight: Highlight, _ frame: PlotFrame, _ canvas: inout Canvas) {
        guard let point = frame.point(highlight.x, highlight.y), point.x >= frame.left - 1, point.x <= frame.right + 1,
            point.y >= frame.top - 1, point.y <= frame.bottom + 1
        else { return }
        canvas.circle(point.x, point.y, radius: 5.5, class: "mark \(ChartColour.series(0).name)", tip: highlight.label)
        let isLeft = point.x > frame.left + frame.width * 0.6
        let isBelow = point.y < frame.top + frame.height * 0.5
        canvas.text(
            point.x + (isLeft ? -10 : 10), point.y + (isBelow ? 20 : -10), isLeft ? .end : .start, class: "name",
            highlight.label)
    }
}
