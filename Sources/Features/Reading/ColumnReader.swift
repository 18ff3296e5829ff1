package import Columnar

/// Reads the values of one column of a schema: single fields here, whole columns in the extensions.
///
/// Blanks around a value do not count, except in text. A field without text, a missing marker and NaN are missing values;
/// a number outside the column's range, and a label that means neither, are invalid, as is what the type does not read.
package struct ColumnReader: Sendable {
    typealias Bytes = UnsafePointer<UInt8>

    package let column: SchemaColumn
    /// The type of the column that is read.
    package let type: DataType
    let time: TimeReader?
    private let label: LabelValues?
    private let missing: WordList
    /// Missing markers that are numbers.
    private let missingNumbers: [Double]
    private let form: NumberForm?
    private let integers: ClosedRange<Int64>
    private let numbers: ClosedRange<Double>
    private let trueWords: WordList
    private let falseWords: WordList
    /// Whether a number that could be parsed may yet be missing or invalid, apart from the range.
    let judgesNumbers: Bool

    /// - Parameter missingMarkers: those of the whole schema.
    package init(_ column: SchemaColumn, missingMarkers: [String]) {
        self.column = column
        type = column.type.dataType
        time = TimeReader(column.type)
        label = LabelValues(column)
        let markers = missingMarkers + column.missingMarkers
        missing = WordList(markers)
        missingNumbers = markers.compactMap { Double($0) }.filter { !$0.isNaN }
        switch column.type {
        case .integer(_, let separators), .float(let separators): form = NumberForm(separators)
        case .text, .category, .boolean, .timestamp, .relativeTime: form = nil
        }
        let ofType = type == .int32 ? Int64(Int32.min)...Int64(Int32.max) : Int64.min...Int64.max
        integers = ColumnReader.integers(from: column.minimum, to: column.maximum, within: ofType)
        numbers = (column.minimum ?? -.infinity)...max(column.minimum ?? -.infinity, column.maximum ?? .infinity)
        if case .boolean(let trueValues, let falseValues) = column.type {
            (trueWords, falseWords) = (WordList(trueValues), WordList(falseValues))
        } else {
            (trueWords, falseWords) = (WordList([]), WordList([]))
        }
        judgesNumbers = label != nil || !missingNumbers.isEmpty
    }

    /// The whole numbers between two bounds; of bounds between two whole numbers the nearest one outside, which a schema that
    /// was validated does not have.
    private static func integers(
        from minimum: Double?, to maximum: Double?, within range: ClosedRange<Int64>
    ) -> ClosedRange<Int64> {
        func clamped(_ value: Double) -> Int64 {
            value <= -0x1p63 ? .min : value >= 0x1p63 ? .max : Int64(value)
        }
        let low = max(range.lowerBound, minimum.map { clamped($0.rounded(.up)) } ?? .min)
        let high = min(range.upperBound, maximum.map { clamped($0.rounded(.down)) } ?? .max)
        return min(low, range.upperBound)...max(min(low, range.upperBound), high)
    }

    // MARK: Numbers

    var acceptsAllIntegers: Bool { integers == Int64.min...Int64.max }

    /// The integer of a usual text; nil for all others.
    @inline(__always)
    func usualInteger(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Int64? {
        guard !judgesNumbers, form == nil, let value = NumberText.int64(begin, end, readable: readable),
            integers.contains(value)
        else { return nil }
        return value
    }

    func integer(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> CellOutcome<Int64> {
        let (begin, end) = Blanks.trimmed(begin, end)
        if isMissing(begin, end) { return .missing }
        let value: Int64?
        if let form {
            value = form.withStandard(begin, end) {
                NumberText.int64($0, $1, readable: $0) ?? NumberText.wholeNumber($0, $1, readable: $0)
            }
        } else {
            value =
                NumberText.int64(begin, end, readable: readable)
                ?? NumberText.wholeNumber(begin, end, readable: readable)
        }
        if let value { return judged(value) }
        if isNaN(begin, end) { return .missing }
        guard let label, let isFraud = label.isFraud(begin, end),
            let value = Int64(exactly: label.number(isFraud: isFraud))
        else { return .invalid }
        return .value(value)
    }

    @inline(__always)
    func judged(_ value: Int64) -> CellOutcome<Int64> {
        if judgesNumbers {
            if missingNumbers.contains(Double(value)) { return .missing }
            if let label, label.isFraud(Double(value)) == nil { return .invalid }
        }
        return integers.contains(value) ? .value(value) : .invalid
    }

    /// The number of a usual text; nil for all others.
    @inline(__always)
    func usualNumber(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> Double? {
        guard !judgesNumbers, form == nil, let value = NumberText.float64(begin, end, readable: readable),
            numbers.contains(value)
        else { return nil }
        return value
    }

    func number(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> CellOutcome<Double> {
        let (begin, end) = Blanks.trimmed(begin, end)
        if isMissing(begin, end) { return .missing }
        let value: Double?
        if let form {
            value = form.withStandard(begin, end) { NumberText.float64($0, $1, readable: $0) }
        } else {
            value = NumberText.float64(begin, end, readable: readable)
        }
        if let value { return judged(value) }
        guard let label, let isFraud = label.isFraud(begin, end) else { return .invalid }
        return .value(label.number(isFraud: isFraud))
    }

    @inline(__always)
    func judged(_ value: Double) -> CellOutcome<Double> {
        if value.isNaN { return .missing }
        if judgesNumbers {
            if missingNumbers.contains(value) { return .missing }
            if let label, label.isFraud(value) == nil { return .invalid }
        }
        return numbers.contains(value) ? .value(value) : .invalid
    }

    // MARK: Other values

    /// Whether a text is a value, is missing, or is invalid; the value is the text itself.
    @inline(__always)
    func text(_ begin: Bytes, _ end: Bytes, isUTF8: Bool) -> CellOutcome<Void> {
        guard begin < end else { return .missing }
        // Only short texts, and texts with blanks, are anything but the text itself.
        if !isUTF8, !UTF8Text.isValid(begin, end) { return .invalid }
        let (trimmedBegin, trimmedEnd) = Blanks.trimmed(begin, end)
        if isMissing(trimmedBegin, trimmedEnd) { return .missing }
        if let label, label.isFraud(trimmedBegin, trimmedEnd) == nil { return .invalid }
        return .value(())
    }

    func boolean(_ begin: Bytes, _ end: Bytes) -> CellOutcome<Bool> {
        let (begin, end) = Blanks.trimmed(begin, end)
        if isMissing(begin, end) { return .missing }
        if trueWords.contains(begin, end) { return .value(true) }
        return falseWords.contains(begin, end) ? .value(false) : .invalid
    }

    /// A number in a column of booleans.
    func boolean(_ value: Int64) -> CellOutcome<Bool> {
        if missingNumbers.contains(Double(value)) { return .missing }
        let text = "\(value)"
        if trueWords.contains(text) { return .value(true) }
        return falseWords.contains(text) ? .value(false) : .invalid
    }

    func time(_ begin: Bytes, _ end: Bytes, readable: Bytes) -> CellOutcome<Int64> {
        let (begin, end) = Blanks.trimmed(begin, end)
        if isMissing(begin, end) { return .missing }
        if let value = time?.microseconds(begin, end, readable: readable) { return .value(value) }
        return isRelative && isNaN(begin, end) ? .missing : .invalid
    }

    /// A number in a column of times.
    func time(_ value: Int64) -> CellOutcome<Int64> {
        if missingNumbers.contains(Double(value)) { return .missing }
        return time?.microseconds(value).map { .value($0) } ?? .invalid
    }

    /// A number in a column of times.
    func time(_ value: Double) -> CellOutcome<Int64> {
        if value.isNaN || missingNumbers.contains(value) { return .missing }
        return time?.microseconds(value).map { .value($0) } ?? .invalid
    }

    /// A time in a column of times.
    func time(ticks: Int64, unit: TimeUnit, isUTC: Bool) -> CellOutcome<Int64> {
        time?.microseconds(ticks: ticks, unit: unit, isUTC: isUTC).map { .value($0) } ?? .invalid
    }

    private var isRelative: Bool { column.type.kind == .relativeTime }

    /// Whether a text without blanks around it means a missing value.
    @inline(__always)
    private func isMissing(_ begin: Bytes, _ end: Bytes) -> Bool { begin == end || missing.contains(begin, end) }

    private func isNaN(_ begin: Bytes, _ end: Bytes) -> Bool {
        guard end - begin <= 4 else { return false }
        return NumberText.float64(begin, end, readable: begin)?.isNaN ?? false
    }
}
