extension BinaryInteger {
    /// The digits with zeros in front, up to a width: `00042`. Longer numbers keep all of their digits.
    package func zeroPadded(to width: Int, radix: Int = 10, uppercase: Bool = false) -> String {
        let digits = String(magnitude, radix: radix, uppercase: uppercase)
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return (self < 0 ? "-" : "") + zeros + digits
    }
}
