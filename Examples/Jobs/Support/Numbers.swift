import Essentials

extension Double {
    /// Fixed decimals, the point as separator whatever the locale.
    package func formatted(places: Int) -> String { text(decimals: places) }
}
