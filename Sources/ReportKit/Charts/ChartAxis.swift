/// What an axis measures and how it is drawn.
package struct ChartAxis: Sendable {
    package enum Scale: Sendable {
        case linear, logarithmic
    }

    package enum Format: Sendable {
        /// `0.25`, `12k`
        case number
        /// A share as `25%`
        case percent
    }

    package var label: String
    package var scale: Scale
    package var format: Format
    /// The ends; `nil` takes them from the data.
    package var range: ClosedRange<Double>?

    package init(
        _ label: String, scale: Scale = .linear, format: Format = .number, range: ClosedRange<Double>? = nil
    ) {
        self.label = label
        self.scale = scale
        self.format = format
        self.range = range
    }
}
