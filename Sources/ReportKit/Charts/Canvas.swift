/// Writes SVG shapes. Coordinates are rounded to hundredths; the callers' scales keep them finite.
struct Canvas {
    private(set) var markup = Markup()
    private let size: (width: Double, height: Double)

    init(width: Double, height: Double, label: String) {
        size = (width, height)
        markup.raw("<svg viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" aria-label=\"")
        markup.text(label)
        markup.raw("\">")
    }

    /// The finished element.
    consuming func finish() -> String {
        markup.raw("</svg>")
        return markup.text
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class names: String) {
        markup.raw(
            "<line class=\"\(names)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\""
                + " x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>")
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double = 0, class names: String,
        tip: String
    ) {
        markup.raw(
            "<rect class=\"\(names)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
                + " width=\"\(Self.number(max(0, width)))\" height=\"\(Self.number(max(0, height)))\""
                + " rx=\"\(Self.number(radius))\">")
        markup.element("title", tip)
        markup.raw("</rect>")
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, class names: String, tip: String?) {
        markup.raw(
            "<circle class=\"\(names)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\">"
        )
        if let tip { markup.element("title", tip) }
        markup.raw("</circle>")
    }

    /// Dots of one colour, as one path: a tenth of the size of as many circles.
    mutating func dots(_ points: some Sequence<(x: Double, y: Double)>, class names: String) {
        let data = points.map { "M\(Self.number($0.x)) \(Self.number($0.y))h0" }.joined()
        guard !data.isEmpty else { return }
        markup.raw("<path class=\"dots \(names)\" d=\"\(data)\"/>")
    }

    enum Anchor: String {
        case start, middle, end
    }

    mutating func text(
        _ x: Double, _ y: Double, _ anchor: Anchor, class names: String? = nil, isVertical: Bool = false,
        _ plain: String
    ) {
        markup.raw("<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\"")
        if let names { markup.raw(" class=\"\(names)\"") }
        if isVertical { markup.raw(" transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"") }
        markup.raw(">")
        markup.text(plain)
        markup.raw("</text>")
    }

    /// A line through points, broken where a point is `nil`.
    mutating func path(_ points: some Sequence<(x: Double, y: Double)?>, class names: String, closed: Bool = false) {
        var data = ""
        var previous: (x: String, y: String)?
        var isAlone = false
        for point in points {
            guard let point else {
                // A point between two gaps: a line of length zero shows as a dot, as its ends are round.
                if isAlone, let previous { data += "L\(previous.x) \(previous.y)" }
                (previous, isAlone) = (nil, false)
                continue
            }
            let x = Self.number(point.x), y = Self.number(point.y)
            if let previous, previous == (x, y) { continue }
            isAlone = previous == nil
            data += "\(isAlone ? "M" : "L")\(x) \(y)"
            previous = (x, y)
        }
        if isAlone, let previous { data += "L\(previous.x) \(previous.y)" }
        guard !data.isEmpty else { return }
        markup.raw("<path class=\"\(names)\" d=\"\(data)\(closed ? "Z" : "")\"/>")
    }

    /// Clips drawing to a rectangle.
    mutating func clipped(
        to x: Double, _ y: Double, _ width: Double, _ height: Double, _ draw: (inout Canvas) -> Void
    ) {
        let box = [x, y, width, height].map(Self.number)
        markup.raw(
            "<svg x=\"\(box[0])\" y=\"\(box[1])\" width=\"\(box[2])\" height=\"\(box[3])\""
                + " viewBox=\"\(box.joined(separator: " "))\">")
        draw(&self)
        markup.raw("</svg>")
    }

    /// Hundredths without trailing zeros.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let whole = hundredths.magnitude / 100, rest = hundredths.magnitude % 100
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
