import ArgumentParser

/// A number of bytes as people write it: `800`, `512M`, `2G`, `1.5GiB`; K, M, G and T are powers of 1024.
package struct ByteSize: ExpressibleByArgument, Sendable, Hashable, CustomStringConvertible {
    package let bytes: Int

    package init(_ bytes: Int) { self.bytes = bytes }

    package init?(argument: String) {
        guard let bytes = Self.parse(argument, thousand: 1_024), let count = Int(exactly: bytes) else { return nil }
        self.bytes = count
    }

    /// Digits, a fraction if any, one of K, M, G, T and P if any, and `B` or, for powers of 1024, `iB` if any.
    /// - Parameter thousand: What K stands for.
    /// - Returns: Whole bytes; nil for anything else, and for more than can be counted.
    package static func parse(_ text: String, thousand: Double) -> Int64? {
        var rest = text.utf8[...]
        func takeDigits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ letter: UInt8) -> Bool {
            guard let first = rest.first, first | 0x20 == letter | 0x20 else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard takeDigits() > 0 else { return nil }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard takeDigits() > 0 else { return nil }
        }
        guard let number = Double(text[..<rest.startIndex]) else { return nil }
        var factor = 1.0
        if let power = "KMGTP".utf8.enumerated().first(where: { take($0.element) })?.offset {
            let isBinary = take(UInt8(ascii: "i"))
            guard take(UInt8(ascii: "B")) || !isBinary else { return nil }
            let unit = isBinary ? 1_024 : thousand
            for _ in 0...power { factor *= unit }
        } else {
            _ = take(UInt8(ascii: "B"))
        }
        guard rest.isEmpty else { return nil }
        return Int64(exactly: (number * factor).rounded())
    }

    package var description: String {
        for (suffix, factor) in [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)] where bytes > 0 && bytes % factor == 0
        {
            return "\(bytes / factor)\(suffix)"
        }
        return "\(bytes)"
    }

    package var defaultValueDescription: String { description }
}
