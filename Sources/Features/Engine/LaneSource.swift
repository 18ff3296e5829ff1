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

/// Which values of a label's column stand for frauds and for genuine transactions.
struct LabelValues: Sendable {
    private let fraud: Set<String>
    private let genuine: Set<String>
    private let fraudNumbers: Set<Double>
    private let genuineNumbers: Set<Double>

    init(fraud: [String], genuine: [String]) {
        self.fraud = Set(fraud.map(LabelValues.normalized))
        self.genuine = Set(genuine.map(LabelValues.normalized))
        fraudNumbers = Set(fraud.compactMap { Double($0) })
        genuineNumbers = Set(genuine.compactMap { Double($0) })
    }

    private static func normalized(_ text: String) -> String {
        text.trimmed.lowercased()
    }

    /// 1, 0, or -1 for neither.
    func label(_ number: Double) -> Int64 {
        fraudNumbers.contains(number) ? 1 : genuineNumbers.contains(number) ? 0 : -1
    }

    func label(_ text: some StringProtocol) -> Int64 {
        let text = LabelValues.normalized(String(text))
        return fraud.contains(text) ? 1 : genuine.contains(text) ? 0 : -1
    }

    func label(_ boolean: Bool) -> Int64 {
        let words = boolean ? SchemaColumnType.standardTrueValues : SchemaColumnType.standardFalseValues
        return words.contains(where: fraud.contains) ? 1 : words.contains(where: genuine.contains) ? 0 : -1
    }
}
