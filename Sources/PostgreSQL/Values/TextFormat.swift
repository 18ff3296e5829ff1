/// Writes values in PostgreSQL's text format.
enum TextFormat {
    static func append(_ value: Bool, to bytes: inout [UInt8]) {
        bytes.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    }

    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var magnitude = value.magnitude
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
            magnitude /= 10
        } while magnitude != 0
        bytes[start...].reverse()
    }

    /// The shortest text that reads back as the same number.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
        } else {
            bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8)
        }
    }
}
