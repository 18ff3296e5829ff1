package import Features
/// Which formats read the texts of a column as times.
package struct TimeTextMatch: Sendable {
    /// The format that reads most texts; of equal ones the most usual.
    package let format: TimeFormat
    /// Texts that it reads.
    let matched: Int
    /// Texts that were tried.
    let tried: Int
    /// Another format that reads as many texts, some of them as another time: day and month can be confused.
    package let alternative: TimeFormat?

    /// The share of texts that a format must read.
    private static let minimumShare = 0.95
    /// A format that reads none of the first texts is not tried on the others.
    private static let probes = 20

    /// The best of the usual formats; nil if none reads nearly all texts.
    package init?(_ texts: [String]) {
        guard !texts.isEmpty else { return nil }
        let probe = texts.prefix(Self.probes)
        var best: (format: TimeFormat, matched: Int)?
        var equals: [TimeFormat] = []
        for format in TimeFormat.common where probe.contains(where: { format.microseconds(parsing: $0) != nil }) {
            let matched = texts.count { format.microseconds(parsing: $0) != nil }
            guard Double(matched) >= Self.minimumShare * Double(texts.count) else { continue }
            if let best, matched <= best.matched {
                if matched == best.matched { equals.append(format) }
            } else {
                best = (format, matched)
                equals = []
            }
        }
        guard let best else { return nil }
        format = best.format
        matched = best.matched
        tried = texts.count
        alternative = equals.first { other in
            texts.contains { best.format.microseconds(parsing: $0) != other.microseconds(parsing: $0) }
        }
    }

    /// One format; nil if it reads no text.
    init?(_ texts: [String], format: TimeFormat) {
        self.format = format
        matched = texts.count { format.microseconds(parsing: $0) != nil }
        tried = texts.count
        alternative = nil
        if matched == 0 { return nil }
    }

    /// A phrase for people.
    package var reason: String { "\(matched) of \(tried) sampled texts fit \(format)" }
}
