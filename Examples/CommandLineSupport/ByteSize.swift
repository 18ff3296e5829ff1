import ArgumentParser

/// A number of bytes as people write it: `800`, `512M`, `2G`, `1.5GiB`; K, M, G and T are powers of 1024.
package struct ByteSize: ExpressibleByArgument, Sendable, Hashable, CustomStringConvertible {
    package let bytes: Int

    package init(_ bytes: Int) { self.bytes = bytes }

    package init?(argument: String) {
        let text = argument.uppercased().replacing("IB", with: "").replacing("B", with: "")
        let factors: [Character: Double] = ["K": 1_024, "M": 1_048_576, "G": 1_073_741_824, "T": 1_099_511_627_776]
        let factor = text.last.flatMap { factors[$0] }
        guard let number = Double(factor == nil ? text[...] : text.dropLast()), number >= 0,
            let bytes = Int(exactly: (number * (factor ?? 1)).rounded())
        else { return nil }
        self.bytes = bytes
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
