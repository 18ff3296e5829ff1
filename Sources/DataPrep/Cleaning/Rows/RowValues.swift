import Essentials
import Features
import StorageIO

/// The nine values of a row.
struct RowValues {
    var transactionID: Int64 = 0
    /// Microseconds since 1970-01-01T00:00:00.
    var dateTime: Int64 = 0
    var customerID: Int64 = 0
    var terminalID: Int64 = 0
    var amount: Double = 0
    var timeSeconds: Int64 = 0
    var timeDays: Int64 = 0
    var fraud: Int64 = 0
    var fraudScenario: Int64 = 0

    /// Parses a field as the value of a column; false if it is not one.
    mutating func set(_ column: TransactionColumn, _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        if column == .amount {
            guard let value = TextValue.float64(begin, end) else { return false }
            amount = value
            return true
        }
        guard column != .dateTime else {
            return TextValue.microseconds(begin, end).map { set(column, integer: $0) } ?? false
        }
        if let value = TextValue.int64(begin, end) ?? TextValue.wholeNumber(begin, end) {
            return set(column, integer: value)
        }
        guard column == .fraud, let isFraud = TextValue.boolean(begin, end) else { return false }
        return set(column, integer: isFraud ? 1 : 0)
    }

    /// Stores a number as the value of a column; false if an integer is expected and the number has a fraction, or is
    /// past 2^53, where it may have been rounded.
    mutating func set<Number: BinaryFloatingPoint>(_ column: TransactionColumn, number: Number) -> Bool {
        guard column != .amount else {
            amount = Double(number)
            return true
        }
        return WholeNumber.int64(number).map { set(column, integer: $0) } ?? false
    }

    /// Stores an integer as the value of a column; false when it does not fit.
    mutating func set(_ column: TransactionColumn, integer: Int64) -> Bool {
        switch column {
        case .transactionID: transactionID = integer
        case .dateTime: dateTime = integer
        case .customerID: customerID = integer
        case .terminalID: terminalID = integer
        case .amount: amount = Double(integer)
        case .timeSeconds: timeSeconds = integer
        case .timeDays: timeDays = integer
        case .fraud: fraud = integer
        case .fraudScenario: fraudScenario = integer
        }
        switch column {
        case .timeDays, .fraud, .fraudScenario: return Int32(exactly: integer) != nil
        default: return true
        }
    }
}

/// Appends rows to a buffer that has room for them.
struct RowWriter {
    private(set) var count: Int
    private let transactionID: UnsafeMutablePointer<Int64>
    private let dateTime: UnsafeMutablePointer<Int64>
    private let customerID: UnsafeMutablePointer<Int64>
    private let terminalID: UnsafeMutablePointer<Int64>
    private let amount: UnsafeMutablePointer<Int64>
    private let timeSeconds: UnsafeMutablePointer<Int64>
    private let timeDays: UnsafeMutablePointer<Int64>
    private let fraud: UnsafeMutablePointer<Int64>
    private let fraudScenario: UnsafeMutablePointer<Int64>
    private let line: UnsafeMutablePointer<Int64>

    /// - Precondition: room was reserved.
    init(_ buffer: TransactionBuffer) {
        count = buffer.count
        transactionID = buffer[.transactionID]
        dateTime = buffer[.dateTime]
        customerID = buffer[.customerID]
        terminalID = buffer[.terminalID]
        amount = buffer[.amount]
        timeSeconds = buffer[.timeSeconds]
        timeDays = buffer[.timeDays]
        fraud = buffer[.fraud]
        fraudScenario = buffer[.fraudScenario]
        line = buffer.columns[TransactionBuffer.lineColumn]
    }

    @inline(__always)
    mutating func append(_ row: RowValues, line: Int, repairsTimeDays: Bool) {
        let index = count
        transactionID[index] = row.transactionID
        dateTime[index] = row.dateTime
        customerID[index] = row.customerID
        terminalID[index] = row.terminalID
        amount[index] = Int64(bitPattern: row.amount.bitPattern)
        timeSeconds[index] = row.timeSeconds
        timeDays[index] = repairsTimeDays ? TimeDays.days(ofSeconds: row.timeSeconds) : row.timeDays
        fraud[index] = row.fraud
        fraudScenario[index] = row.fraudScenario
        self.line[index] = Int64(line)
        count = index + 1
    }
}

/// The repair of `tx_time_days`.
enum TimeDays {
    /// Whole days, rounded down; cut at the range of 32 bits.
    static func days(ofSeconds seconds: Int64) -> Int64 {
        let quotient = seconds / 86_400
        let days = seconds % 86_400 < 0 ? quotient - 1 : quotient
        return min(max(days, Int64(Int32.min)), Int64(Int32.max))
    }
}

/// Texts that mean a missing value.
enum MissingValue {
    /// Whether a field is empty or one of `None`, `NULL`, `Err`, `nan` in any case, ignoring spaces around it.
    static func isMissing(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let (begin, end) = TextValue.trimmed(begin, end) ?? (begin, end)
        return begin == end || TransactionColumn.missingWords.contains { ASCIIWord.matches($0, begin, end) }
    }
}
