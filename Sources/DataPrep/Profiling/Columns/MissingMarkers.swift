/// Texts that usually mean a missing value.
struct MissingMarkers: Sendable {
    private static let longest = 4
    private static let words = ["na", "n/a", "null", "none", "nan"].map { Array($0.utf8) }
    private static let exact = ["", "\\N", "Err", "?"].map { Array($0.utf8) }

    /// By the text as it is written, so that there are few.
    private var counts: [[UInt8]: Int] = [:]

    /// Rows with a marker.
    private(set) var total = 0

    /// Counts a text if it is a marker.
    /// - Returns: whether it is one.
    @inline(__always)
    mutating func count(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count <= Self.longest && countShort(text)
    }

    private mutating func countShort(_ text: UnsafeRawBufferPointer) -> Bool {
        guard Self.isMarker(text) else { return false }
        counts[Array(text), default: 0] += 1
        total += 1
        return true
    }

    /// Whether a text is empty, `?`, `\N` or `Err`, or one of the words NA, N/A, null, None and nan in any case.
    static func isMarker(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        guard
            first | 0x20 == UInt8(ascii: "n") || first == UInt8(ascii: "?") || first == UInt8(ascii: "\\")
                || first == UInt8(ascii: "E")
        else { return false }
        return exact.contains { $0.elementsEqual(text) }
            || words.contains { word in
                word.count == text.count
                    && zip(word, text).allSatisfy { $0 == $1 | ($0 == UInt8(ascii: "/") ? 0 : 0x20) }
            }
    }

    /// The most frequent first.
    var profile: [ValueCount] {
        counts.map { ValueCount(value: .text(String(decoding: $0.key, as: UTF8.self)), count: $0.value) }
            .sorted { ($0.count, $1.value.description) > ($1.count, $0.value.description) }
    }
}
