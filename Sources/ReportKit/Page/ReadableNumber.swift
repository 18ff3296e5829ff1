import Essentials

/// Numbers as a report's reader expects them; independent of the machine's locale.
package enum ReadableNumber {
    /// Digits in groups of three separated by a narrow no-break space: `1 754 155`.
    package static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "\u{2212}" : ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { text.append("\u{202F}") }
            text.append(digit)
        }
        return text
    }

    /// A fixed number of decimals; an en dash for what is not finite.
    package static func decimal(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "\u{2013}" }
        let text = abs(value).text(decimals: max(0, min(decimals, 17)))
        let isZero = !text.contains { $0 != "0" && $0 != "." }
        return (value < 0 && !isZero ? "\u{2212}" : "") + text
    }

    /// A share as a percentage.
    package static func percent(_ share: Double, _ decimals: Int = 1) -> String {
        share.isFinite ? decimal(share * 100, decimals) + "%" : "\u{2013}"
    }

    /// About this many significant digits, whatever the size: `1.75M`, `0.0312`, `2.1·10⁻⁷`.
    package static func compact(_ value: Double, significant: Int = 3) -> String {
        guard value.isFinite else { return "\u{2013}" }
        guard value != 0 else { return "0" }
        let magnitude = abs(value)
        if magnitude >= 1e15 || magnitude < 1e-4 {
            let exponent = Int(log10(magnitude).rounded(.down))
            // Two steps, as 10 to the full exponent may not be finite.
            let mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
            return decimal(mantissa, significant - 1) + "\u{B7}10" + superscript(exponent)
        }
        let unit = unit(of: magnitude)
        let scaled = value / unit.factor
        let integerDigits = max(1, Int(log10(abs(scaled)).rounded(.down)) + 1)
        let leadingZeros = abs(scaled) < 1 ? Int(-log10(abs(scaled)).rounded(.up)) + 1 : 0
        let decimals = abs(scaled) < 1 ? significant + leadingZeros - 1 : max(0, significant - integerDigits)
        return trimmed(decimal(scaled, decimals)) + unit.suffix
    }

    /// Bytes in powers of 1000, three digits: `2.81 GB`.
    package static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var value = Double(count), step = 0
        while value >= 999.5, step < units.count - 1 {
            value /= 1_000
            step += 1
        }
        let decimals = step == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        return "\(decimal(value, decimals)) \(units[step])"
    }

    /// The power of 1000 that a number is written in: 12,300 in units of 1,000, `k`.
    static func unit(of magnitude: Double) -> (factor: Double, suffix: String) {
        switch magnitude {
        case 1e12...: (1e12, "T")
        case 1e9...: (1e9, "B")
        case 1e6...: (1e6, "M")
        case 1e4...: (1e3, "k")
        default: (1, "")
        }
    }

    static func superscript(_ exponent: Int) -> String {
        let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        let text = String(exponent.magnitude).compactMap(\.wholeNumberValue).map { digits[$0] }
        return (exponent < 0 ? "⁻" : "") + String(text)
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = Substring(text)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return String(text)
    }
}
