import Columnar
import Essentials

/// How an input's lanes are filled from a column.
enum LaneSource: Sendable {
    case number(column: Int, NumberLanes)
    /// With the position of the interner for texts.
    case word(column: Int, WordLanes, interner: Int?)
    /// The position of the value in a list, as a number.
    case category(column: Int, CategoryPositions, lane: Int)
    case label(column: Int, LabelValues)
    case knownAt(column: Int)
}

/// The positions of a category's values.
struct CategoryPositions: Sendable {
    private var texts = TextInterner()
    private var integers: [Int64: Int] = [:]
    private let booleans: (isFalse: Int, isTrue: Int)
    let count: Int

    init(_ values: [String]) {
        count = values.count
        booleans = (
            values.firstIndex(of: "false") ?? values.count, values.firstIndex(of: "true") ?? values.count
        )
        for (position, value) in values.enumerated() {
            _ = Array(value.utf8).withUnsafeBufferPointer { texts.intern($0) }
            if let integer = Int64(value), String(integer) == value { integers[integer] = position }
        }
    }

    func position(of text: UnsafeBufferPointer<UInt8>) -> Double {
        Double(texts.number(of: text) ?? Int64(count))
    }

    func position(of integer: Int64) -> Double { Double(integers[integer] ?? count) }

    func position(of boolean: Bool) -> Double { Double(boolean ? booleans.isTrue : booleans.isFalse) }
}

extension LabelValues {
    /// 1 for a fraud, 0 for a genuine transaction, -1 for neither.
    func label(_ number: Double) -> Int64 { LabelValues.label(isFraud(number)) }

    func label(_ boolean: Bool) -> Int64 { LabelValues.label(isFraud(boolean)) }

    func label(_ text: UnsafeBufferPointer<UInt8>) -> Int64 {
        guard let base = text.baseAddress else { return -1 }
        let (begin, end) = Blanks.trimmed(base, base + text.count)
        return LabelValues.label(isFraud(begin, end))
    }

    /// 1 for a fraud, 0 for a genuine transaction, -1 for neither.
    package func label(_ value: TransactionValue) -> Int64 {
        switch value {
        case .null, .time: -1
        case .integer(let value): label(Double(value))
        case .number(let value): label(value)
        case .boolean(let value): label(value)
        case .text(var value): value.withUTF8 { label($0) }
        }
    }

    private static func label(_ isFraud: Bool?) -> Int64 { isFraud.map { $0 ? 1 : 0 } ?? -1 }
}
