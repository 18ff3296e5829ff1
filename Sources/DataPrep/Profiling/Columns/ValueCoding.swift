import Columnar

/// The values of a column of fixed width as 64-bit integers of the same order, which are counted and sorted in one way.
///
/// A floating-point number is its bit pattern with the order of negative numbers reversed; 0 and -0 are one value.
enum ValueCoding: Sendable, Hashable {
    case boolean, integer, float, date
    case timestamp(TimeUnit)

    /// nil for text.
    init?(_ type: DataType) {
        switch type {
        case .boolean: self = .boolean
        case .int32, .int64: self = .integer
        case .float32, .float64: self = .float
        case .date: self = .date
        case .timestamp(let unit, _): self = .timestamp(unit)
        case .string, .binary: return nil
        }
    }

    var isFloat: Bool { self == .float }
    var isNumber: Bool { self == .float || self == .integer }

    @inline(__always)
    static func key(_ value: Double) -> Int64 {
        let bits = Int64(bitPattern: (value + 0.0).bitPattern)
        return bits >= 0 ? bits : bits ^ .max
    }

    @inline(__always)
    static func float(_ key: Int64) -> Double {
        Double(bitPattern: UInt64(bitPattern: key >= 0 ? key : key ^ .max))
    }

    /// The value for people.
    func value(_ key: Int64) -> ProfileValue {
        switch self {
        case .boolean: .boolean(key != 0)
        case .integer: .integer(key)
        case .float: .number(Self.float(key))
        case .date: .text(String(CivilDateTime.text(microseconds: microseconds(key)).prefix { $0 != " " }))
        case .timestamp: .text(CivilDateTime.text(microseconds: microseconds(key)))
        }
    }

    /// The value on the axis of a histogram: times in microseconds since 1970.
    func position(_ key: Int64) -> Double {
        switch self {
        case .boolean, .integer: Double(key)
        case .float: Self.float(key)
        case .date, .timestamp: Double(microseconds(key))
        }
    }

    /// A date or time in microseconds since 1970, at most the farthest that 64 bits hold.
    func microseconds(_ key: Int64) -> Int64 {
        switch self {
        case .boolean, .integer, .float: key
        case .date: Self.product(key, CivilDateTime.microsecondsPerDay)
        case .timestamp(.milliseconds): Self.product(key, 1_000)
        case .timestamp(.microseconds): key
        case .timestamp(.nanoseconds): CivilDateTime.floorDivide(key, 1_000)
        }
    }

    private static func product(_ value: Int64, _ factor: Int64) -> Int64 {
        let (product, overflows) = value.multipliedReportingOverflow(by: factor)
        return overflows ? (value < 0 ? .min : .max) : product
    }
}
