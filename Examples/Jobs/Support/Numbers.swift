import Foundation

extension Double {
    /// Fixed decimals, the point as separator whatever the locale.
    package func formatted(places: Int) -> String { String(format: "%.\(places)f", self) }
}
