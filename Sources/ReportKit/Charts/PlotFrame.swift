/// The rectangle between two axes: draws grid, ticks and labels, and maps values to coordinates.
struct PlotFrame {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
    let x: AxisScale
    let y: AxisScale

    init(size: ChartSize, x: AxisScale, y: AxisScale) {
        let longestLabel = y.ticks.map(\.label.count).max() ?? 0
        left = 34 + Double(min(longestLabel, 12)) * 6.8
        top = 12
        right = size.width - 18
        bottom = size.height - 46
        self.x = x
        self.y = y
    }

    var width: Double { right - left }
    var height: Double { bottom - top }

    func horizontal(_ value: Double) -> Double? { x.position(value).map { left + $0 * width } }
    func vertical(_ value: Double) -> Double? { y.position(value).map { bottom - $0 * height } }

    func point(_ valueX: Double, _ valueY: Double) -> (x: Double, y: Double)? {
        guard let x = horizontal(valueX), let y = vertical(valueY) else { return nil }
        return (x, y)
    }

    func drawAxes(_ canvas: inout Canvas, x xAxis: ChartAxis, y yAxis: ChartAxis) {
        for tick in y.ticks {
            guard let position = vertical(tick.value) else { continue }
            canvas.line(left, position, right, position, class: "grid")
            canvas.text(left - 8, position + 4, .end, tick.label)
        }
        for tick in x.ticks {
            guard let position = horizontal(tick.value) else { continue }
            canvas.line(position, top, position, bottom, class: "grid")
            canvas.text(position, bottom + 18, .middle, tick.label)
        }
        canvas.line(left, bottom, right, bottom, class: "axis")
        canvas.line(left, top, left, bottom, class: "axis")
        canvas.text(left + width / 2, bottom + 38, .middle, xAxis.label)
        canvas.text(14, top + height / 2, .middle, isVertical: true, yAxis.label)
    }
}
