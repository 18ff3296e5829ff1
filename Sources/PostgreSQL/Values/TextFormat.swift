import Essentials

/// Writes values in PostgreSQL's text format.
enum TextFormat {
    static func append(_ value: Bool, to bytes: inout [UInt8]) {
        bytes.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    }

    static func append(_ value: Int64, to bytes: inout [UInt8]) { bytes.append(decimal: value) }

    /// The shortest text that reads back as the same number.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
        } else {
            bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8)
        }
    }
}
