import Essentials

/// How often values fall into bins, for one or several overlaid sets of values: an amount before and after cleaning,
/// scores of frauds and of genuine transactions.
package struct Histogram: Chart {
    package struct Series: Sendable {
        package var name: String
        /// One count per bin.
        package var counts: [Double]

        package init(_ name: String, counts: [Double]) {
            self.name = name
            self.counts = counts
        }
    }

    /// Ascending edges of the bins, one more than there are bins.
    package var edges: [Double]
    package var series: [Series]
    package var xAxis: ChartAxis
    package var yAxis: ChartAxis

    /// The x axis runs from the first edge to the last unless it has its own range.
    package init(edges: [Double], series: [Series], x xAxis: ChartAxis, y yAxis: ChartAxis = ChartAxis("Count")) {
        self.edges = edges
        self.series = series
        self.xAxis = xAxis
        self.yAxis = yAxis
    }

    /// Edges of `count` bins between two values: of equal width, or of equal ratio on a logarithmic scale.
    package static func edges(
        from low: Double, to high: Double, count: Int, scale: ChartAxis.Scale = .linear
    ) -> [Double] {
        guard count > 0, low < high, scale == .linear || low > 0 else { return [] }
        return (0...count).map { index in
            if index == 0 { return low }
            if index == count { return high }
            let share = Double(index) / Double(count)
            return scale == .linear
                ? low * (1 - share) + high * share : exp(log(low) * (1 - share) + log(high) * share)
        }
    }

    package var legend: [LegendEntry] {
        series.count < 2 ? [] : series.enumerated().map { LegendEntry($1.name, .series($0)) }
    }

    package func svg(size: ChartSize, label: String) -> String {
        var canvas = Canvas(width: size.width, height: size.height, label: label)
        var counts = series.flatMap(\.counts)
        let isLogarithmic = yAxis.scale == .logarithmic
        // A count of one is a bar too: let a logarithmic axis begin below it.
        if isLogarithmic, let least = counts.lazy.filter({ $0 > 0 }).min() { counts.append(least / 2) }
        let frame = PlotFrame(
            size: size,
            x: AxisScale(xAxis, values: edges, tickCount: size == .wide ? 10 : 5, roundsEnds: false),
            y: AxisScale(yAxis, values: counts, includesZero: true, tickCount: 5))
        frame.drawAxes(&canvas, x: xAxis, y: yAxis)
        canvas.clipped(to: frame.left, frame.top, frame.width, frame.height) { canvas in
            for (index, one) in series.enumerated() { draw(one, .series(index), frame, &canvas) }
        }
        canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, class: "axis")
        return canvas.finish()
    }

    private func draw(_ one: Series, _ colour: ChartColour, _ frame: PlotFrame, _ canvas: inout Canvas) {
        var outline: [(x: Double, y: Double)?] = []
        for bin in 0..<min(one.counts.count, max(0, edges.count - 1)) {
            guard let left = frame.horizontal(edges[bin]), let right = frame.horizontal(edges[bin + 1]) else {
                continue
            }
            let top = frame.vertical(one.counts[bin]) ?? frame.bottom
            if outline.isEmpty { outline.append((left, frame.bottom)) }
            outline.append((left, top))
            outline.append((right, top))
        }
        guard let last = outline.last, let last else { return }
        outline.append((last.x, frame.bottom))
        canvas.path(outline, class: "area \(colour.name)", closed: true)
        canvas.path(outline, class: "step \(colour.name)")
    }
}
