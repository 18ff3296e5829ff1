import Columnar
import JSONText

/// Transactions as JSON objects, as message queues and HTTP carry them:
///
///     {"transaction_id":0,"tx_datetime":"2019-08-22T00:00:31.000Z","customer_id":596,"terminal_id":3156,"tx_amount":57.16,
///      "tx_time_seconds":31,"tx_time_days":0,"tx_fraud":0,"tx_fraud_scenario":0}
public enum TransactionJSON {
    /// How deep arrays and objects may be nested.
    public static let maximumDepth = JSONScanner.maximumDepth

    /// Reads one transaction.
    ///
    /// Keys may come in any order; unknown ones are skipped with their values; of a key that occurs twice the last one
    /// counts, and `tranaction_id` is `transaction_id`. `tx_fraud` and `tx_fraud_scenario` may be absent or null. The
    /// time may be in any form that `CivilDateTime.microseconds(parsing:)` reads. Integers may be written with a
    /// fraction of zeros or an exponent.
    ///
    /// Nothing is allocated, except for numbers of more than 15 digits or extreme exponents.
    /// - Throws: ``TransactionJSONError`` with the byte offset and the field.
    public static func decode(_ text: UnsafeBufferPointer<UInt8>) throws(TransactionJSONError) -> Transaction {
        var decoder = TransactionDecoder(text)
        return try decoder.decode()
    }

    /// Reads one transaction in the plain form only: integers of digits only, `transaction_id` by that name, and a time
    /// that is `yyyy-MM-dd HH:mm:ss`, with a space or `T`, or `yyyy-MM-ddTHH:mm:ss[.SSS]Z`. Labels are ignored.
    ///
    /// For callers with other rules than those of ``decode(_:)-(UnsafeBufferPointer<UInt8>)``: on this form all agree.
    /// - Throws: ``TransactionJSONError`` for any other form.
    package static func decodePlain(_ text: UnsafeBufferPointer<UInt8>) throws(TransactionJSONError) -> Transaction {
        var decoder = TransactionDecoder(text, isPlain: true)
        return try decoder.decode()
    }

    /// Reads one transaction from an array's bytes.
    /// - Throws: ``TransactionJSONError`` with the byte offset and the field.
    public static func decode(_ text: [UInt8]) throws(TransactionJSONError) -> Transaction {
        let result = text.withUnsafeBufferPointer { text in
            Result { () throws(TransactionJSONError) in try decode(text) }
        }
        return try result.get()
    }
}

/// Reads one transaction, or a part of one, from a text.
struct TransactionDecoder {
    typealias Failure = TransactionJSONError

    /// Bit i is the i-th column: all but the labels.
    static let transactionFields: UInt16 = 0b0000_0000_0111_1111
    /// Id, time, terminal and `tx_fraud`.
    static let labelFields: UInt16 = 0b0000_0000_1000_1011

    private var scanner: JSONScanner
    private var transaction = Transaction(transactionID: 0, dateTime: 0, customerID: 0, terminalID: 0, amount: 0)
    /// Bit i is the i-th column.
    private var found: UInt16 = 0
    /// Where the value of `tx_fraud` begins.
    private(set) var fraudOffset = 0

    /// Whether only the plain form is accepted, which all readers of transactions read in the same way.
    private let isPlain: Bool

    init(_ text: UnsafeBufferPointer<UInt8>, isPlain: Bool = false) {
        scanner = JSONScanner(text)
        self.isPlain = isPlain
    }

    /// Fields that are not required and not there are 0 or nil.
    mutating func decode(requiring required: UInt16 = transactionFields) throws(Failure) -> Transaction {
        try scan { scanner throws(JSONError) in try scanner.expect(UInt8(ascii: "{"), or: .expectedValue) }
        if !scanner.isEmpty(closing: UInt8(ascii: "}")) { try members() }
        try scan { scanner throws(JSONError) in try scanner.expectEnd() }
        let missing = required & ~found
        guard missing == 0 else {
            let field = TransactionColumn.allCases[missing.trailingZeroBitCount]
            throw Failure(.missingField, at: scanner.position, field: field)
        }
        return transaction
    }

    private mutating func members() throws(Failure) {
        var field: TransactionColumn?
        repeat {
            let name = try scan { scanner throws(JSONError) in try scanner.name() }
            field = name.hasEscapes ? unescapedField(name.contents) : self.field(name.contents)
            if isPlain, let found = field, found.isLabel || name.contents.count != found.name.utf8.count { field = nil }
            if let field {
                try value(of: field)
            } else {
                try scan { scanner throws(JSONError) in try scanner.skipValue(depth: 1) }
            }
        } while try scan(field) { scanner throws(JSONError) in try !scanner.ends(with: UInt8(ascii: "}")) }
    }

    /// Reads with the scanner; what is not JSON becomes our error.
    @inline(__always)
    private mutating func scan<Value>(
        _ field: TransactionColumn? = nil, _ read: (inout JSONScanner) throws(JSONError) -> Value
    ) throws(Failure) -> Value {
        do {
            return try read(&scanner)
        } catch {
            throw Failure(error, in: scanner.text, field: field)
        }
    }

    private mutating func value(of field: TransactionColumn) throws(Failure) {
        let byte = try scan(field) { scanner throws(JSONError) in try scanner.peekValue() }
        if byte == UInt8(ascii: "n") {
            let start = scanner.position
            try scan(field) { scanner throws(JSONError) in try scanner.skip("null") }
            guard field.isLabel else { throw Failure(.nullField, at: start, field: field) }
            if field == .fraud { transaction.fraud = nil } else { transaction.fraudScenario = nil }
            return
        }
        switch field {
        case .transactionID: transaction.transactionID = try integer(field, byte)
        case .dateTime: transaction.dateTime = try dateTime(byte)
        case .customerID: transaction.customerID = try integer(field, byte)
        case .terminalID: transaction.terminalID = try integer(field, byte)
        case .amount:
            let number = try number(field, byte)
            do {
                transaction.amount = try number.double(in: scanner.text)
            } catch {
                throw Failure(error, at: number.range.lowerBound, field: field)
            }
        case .timeSeconds: transaction.timeSeconds = try integer(field, byte)
        case .timeDays: transaction.timeDays = try smallInteger(field, byte)
        case .fraud:
            fraudOffset = scanner.position
            transaction.fraud = try smallInteger(field, byte)
        case .fraudScenario: transaction.fraudScenario = try smallInteger(field, byte)
        }
        found |= Self.bit(of: field)
    }

    @inline(__always)
    private static func bit(of field: TransactionColumn) -> UInt16 {
        switch field {
        case .transactionID: 1
        case .dateTime: 1 << 1
        case .customerID: 1 << 2
        case .terminalID: 1 << 3
        case .amount: 1 << 4
        case .timeSeconds: 1 << 5
        case .timeDays: 1 << 6
        case .fraud: 1 << 7
        case .fraudScenario: 1 << 8
        }
    }

    @inline(__always)
    private mutating func number(_ field: TransactionColumn, _ byte: UInt8) throws(Failure) -> JSONNumber {
        guard byte == UInt8(ascii: "-") || byte &- 0x30 <= 9 else {
            throw Failure(.expectedNumber, at: scanner.position, field: field)
        }
        return try scan(field) { scanner throws(JSONError) in try scanner.number() }
    }

    private mutating func integer(_ field: TransactionColumn, _ byte: UInt8) throws(Failure) -> Int64 {
        let number = try number(field, byte)
        guard !isPlain || number.isExact && number.exponent == 0 else {
            throw Failure(.notAnInteger, at: number.range.lowerBound, field: field)
        }
        do {
            return try number.int64()
        } catch {
            throw Failure(error, at: number.range.lowerBound, field: field)
        }
    }

    private mutating func smallInteger(_ field: TransactionColumn, _ byte: UInt8) throws(Failure) -> Int32 {
        let start = scanner.position
        guard let value = Int32(exactly: try integer(field, byte)) else {
            throw Failure(.outOfRange, at: start, field: field)
        }
        return value
    }

    private mutating func dateTime(_ byte: UInt8) throws(Failure) -> Int64 {
        let start = scanner.position
        guard byte == UInt8(ascii: "\"") else { throw Failure(.expectedString, at: start, field: .dateTime) }
        let string = try scan(.dateTime) { scanner throws(JSONError) in try scanner.string() }
        let ticks: Int64?
        if isPlain, string.hasEscapes || !isPlainDateTime(string.contents) {
            ticks = nil
        } else if string.hasEscapes {
            ticks = withUnescaped(string.contents) { CivilDateTime.microseconds(parsing: $0) }
        } else {
            ticks = CivilDateTime.microseconds(parsing: UnsafeBufferPointer(rebasing: scanner.text[string.contents]))
        }
        guard let ticks else { throw Failure(.invalidDateTime, at: start, field: .dateTime) }
        return ticks
    }

    private func isPlainDateTime(_ contents: Range<Int>) -> Bool {
        let bytes = scanner.text[contents]
        let last = bytes.last
        return switch bytes.count {
        case 19: true
        case 20: last == UInt8(ascii: "Z")
        case 24: last == UInt8(ascii: "Z") && bytes[contents.lowerBound + 19] == UInt8(ascii: ".")
        default: false
        }
    }

    private func unescapedField(_ contents: Range<Int>) -> TransactionColumn? {
        withUnescaped(contents) { TransactionDecoder.field(named: $0) }
    }

    /// Calls `body` with the characters of a string that holds escapes; returns nil for strings longer than any known
    /// one.
    private func withUnescaped<Value>(
        _ contents: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> Value?
    ) -> Value? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { target in
            guard let count = scanner.unescape(contents, into: target) else { return nil }
            return body(UnsafeBufferPointer(rebasing: target[..<count]))
        }
    }

    @inline(__always)
    private func field(_ contents: Range<Int>) -> TransactionColumn? {
        TransactionDecoder.field(named: UnsafeBufferPointer(rebasing: scanner.text[contents]))
    }

    private static func field(named name: UnsafeBufferPointer<UInt8>) -> TransactionColumn? {
        func matches(_ expected: StaticString) -> Bool {
            for offset in 0..<name.count where name[offset] != expected.utf8Start[offset] { return false }
            return true
        }
        // Lengths distinguish all names, except three of 11 bytes.
        switch name.count {
        case 8: return matches("tx_fraud") ? .fraud : nil
        case 9: return matches("tx_amount") ? .amount : nil
        case 11:
            if matches("tx_datetime") { return .dateTime }
            if matches("customer_id") { return .customerID }
            return matches("terminal_id") ? .terminalID : nil
        case 12: return matches("tx_time_days") ? .timeDays : nil
        case 13: return matches("tranaction_id") ? .transactionID : nil
        case 14: return matches("transaction_id") ? .transactionID : nil
        case 15: return matches("tx_time_seconds") ? .timeSeconds : nil
        case 17: return matches("tx_fraud_scenario") ? .fraudScenario : nil
        default: return nil
        }
    }
}
