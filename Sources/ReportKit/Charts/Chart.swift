/// A picture of numbers, as inline SVG that the page's style sheet styles.
///
/// Coordinates are always finite: values that an axis cannot show (NaN, infinities, zero or less on a logarithmic
/// axis) are left out.
package protocol Chart: Sendable {
    /// What the colours mean; empty when there is nothing to tell apart.
    var legend: [LegendEntry] { get }

    /// An `<svg>` element.
    /// - Parameter label: what the picture shows, for readers who cannot see it.
    func svg(size: ChartSize, label: String) -> String
}

/// The size of a chart. Units are CSS pixels at the page's full width.
package enum ChartSize: Sendable {
    /// The page's width.
    case wide
    /// Half of it, for charts side by side.
    case half

    var name: String { self == .wide ? "wide" : "half" }
    var width: Double { self == .wide ? 980 : 470 }
    var height: Double { self == .wide ? 360 : 340 }
}

/// An entry of a legend.
package struct LegendEntry: Sendable, Hashable {
    package var name: String
    package var colour: ChartColour
    package var isDashed: Bool

    package init(_ name: String, _ colour: ChartColour, isDashed: Bool = false) {
        self.name = name
        self.colour = colour
        self.isDashed = isDashed
    }
}

/// A colour of the page's palette; its value depends on light, dark and print.
package enum ChartColour: Sendable, Hashable {
    /// Colours to tell things apart, from 0; they repeat after six.
    case series(Int)
    /// For what the series are compared with.
    case muted

    static let seriesCount = 6

    var name: String {
        switch self {
        case .series(let index): "series-\(((index % Self.seriesCount) + Self.seriesCount) % Self.seriesCount + 1)"
        case .muted: "muted"
        }
    }
}
