/// Reads Universal Binary JSON (draft 12, https://ubjson.org): what XGBoost's `.ubj` files hold.
///
/// Memory is bounded by the bytes: an array's length is believed only as far as bytes for its elements follow.
struct UBJSONReader {
    struct Failure: Error, CustomStringConvertible {
        let problem: String
        let byteOffset: Int

        var description: String { "no UBJSON: \(problem) (byte \(byteOffset))" }
    }

    /// Each level uses stack.
    private static let maximumDepth = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    static func value(_ bytes: UnsafeBufferPointer<UInt8>) throws(Failure) -> XGBoostValue {
        var reader = UBJSONReader(bytes: bytes)
        let value = try reader.value(marker: try reader.marker(), depth: 0)
        guard reader.position == bytes.count else { throw reader.failure("more follows the value") }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func failure(_ problem: String) -> Failure { Failure(problem: problem, byteOffset: position) }

    private mutating func byte() throws(Failure) -> UInt8 {
        guard position < bytes.count else { throw failure("the file ends early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next marker; no-ops are skipped.
    private mutating func marker() throws(Failure) -> UInt8 {
        while true {
            let marker = try byte()
            if marker != UInt8(ascii: "N") { return marker }
        }
    }

    private mutating func value(marker: UInt8, depth: Int) throws(Failure) -> XGBoostValue {
        switch marker {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "S"): return .string(try string())
        case UInt8(ascii: "Z"): return .null
        default:
            guard let number = try number(marker) else {
                position -= 1
                throw failure("unknown marker \(marker)")
            }
            return .number(number)
        }
    }

    /// The bytes of a number of this type; nil for what is not a number.
    private static func width(_ marker: UInt8) -> Int? {
        switch marker {
        case UInt8(ascii: "i"), UInt8(ascii: "U"): 1
        case UInt8(ascii: "I"): 2
        case UInt8(ascii: "l"), UInt8(ascii: "d"): 4
        case UInt8(ascii: "L"), UInt8(ascii: "D"): 8
        default: nil
        }
    }

    /// Big-endian.
    private mutating func number(_ marker: UInt8) throws(Failure) -> Double? {
        if marker == UInt8(ascii: "T") { return 1 }
        if marker == UInt8(ascii: "F") { return 0 }
        guard let width = Self.width(marker) else { return nil }
        guard bytes.count - position >= width else { throw failure("the file ends early") }
        var bits: UInt64 = 0
        for offset in 0..<width { bits = bits << 8 | UInt64(bytes[position + offset]) }
        position += width
        switch marker {
        case UInt8(ascii: "i"): return Double(Int8(truncatingIfNeeded: bits))
        case UInt8(ascii: "U"): return Double(bits)
        case UInt8(ascii: "I"): return Double(Int16(truncatingIfNeeded: bits))
        case UInt8(ascii: "l"): return Double(Int32(truncatingIfNeeded: bits))
        case UInt8(ascii: "L"): return Double(Int64(bitPattern: bits))
        case UInt8(ascii: "d"): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        default: return Double(bitPattern: bits)
        }
    }

    /// A length with its marker.
    private mutating func count() throws(Failure) -> Int {
        let start = position
        let marker = try marker()
        if Self.width(marker) != nil, ![UInt8(ascii: "d"), UInt8(ascii: "D")].contains(marker),
            let number = try number(marker), let count = Int(exactly: number), count >= 0
        {
            return count
        }
        position = start
        throw failure("expected a length")
    }

    private mutating func string() throws(Failure) -> String {
        let count = try count()
        guard count <= bytes.count - position else { throw failure("a string of \(count) bytes") }
        let content = UnsafeBufferPointer(rebasing: bytes[position..<position + count])
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("a string that is not UTF-8") }
        position += count
        return text
    }

    /// Skips the marker if it is next.
    private mutating func skips(_ marker: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: marker) else { return false }
        position += 1
        return true
    }

    private mutating func enter(_ depth: Int) throws(Failure) {
        guard depth < Self.maximumDepth else { throw failure("more than \(Self.maximumDepth) levels") }
    }

    private mutating func object(depth: Int) throws(Failure) -> [String: XGBoostValue] {
        try enter(depth)
        if skips("$") { throw failure("an object with a type for all members") }
        var rest = skips("#") ? try count() : Int.max
        let isCounted = rest < .max
        var members: [String: XGBoostValue] = [:]
        while rest > 0 {
            if !isCounted, skips("}") { break }
            let name = try string()
            members[name] = try value(marker: try marker(), depth: depth + 1)
            rest -= 1
        }
        return members
    }

    private mutating func array(depth: Int) throws(Failure) -> XGBoostValue {
        try enter(depth)
        if skips("$") { return .numbers(try typedNumbers()) }
        var rest = skips("#") ? try count() : Int.max
        let isCounted = rest < .max
        var numbers: [Double] = []
        var values: [XGBoostValue] = []
        while rest > 0 {
            if !isCounted, skips("]") { break }
            let marker = try marker()
            if values.isEmpty, let number = try number(marker) {
                numbers.append(number)
            } else {
                if values.isEmpty { values = numbers.map { .number($0) } }
                values.append(try value(marker: marker, depth: depth + 1))
            }
            rest -= 1
        }
        return values.isEmpty ? .numbers(numbers) : .array(values)
    }

    private mutating func typedNumbers() throws(Failure) -> [Double] {
        let type = try byte()
        guard let width = Self.width(type) else {
            position -= 1
            throw failure("an array of type \(type)")
        }
        guard skips("#") else { throw failure("an array with a type and no length") }
        let count = try count()
        guard count <= (bytes.count - position) / width else { throw failure("an array of \(count) numbers") }
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { if let number = try number(type) { numbers.append(number) } }
        return numbers
    }
}
