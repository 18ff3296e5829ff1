import Columnar

/// Finds the narrowest type that holds all values of each field of some rows.
///
/// Tried in this order: `int64`, `float64`, `boolean`, `date`, `timestamp(microseconds)`; else, and for a column of nulls
/// alone, `string`. Quoted fields are text.
struct CSVTypeInference {
    private static let candidates: [DataType] = [
        .int64, .float64, .boolean, .date, .timestamp(unit: .microseconds, isUTC: false), .string,
    ]
    private let layout: TextLayout
    private let nullTokens: [[UInt8]]
    /// The index of the candidate that has not failed yet, and whether a value was seen.
    private var states: [(candidate: Int, hasValue: Bool)]

    init(fieldCount: Int, layout: TextLayout, nullTokens: [[UInt8]]) {
        self.layout = layout
        self.nullTokens = nullTokens
        states = Array(repeating: (0, false), count: fieldCount)
    }

    var types: [DataType] {
        states.map { $0.hasValue ? CSVTypeInference.candidates[$0.candidate] : .string }
    }

    mutating func take(_ rows: borrowing CSVRows) {
        for field in states.indices {
            var (candidate, hasValue) = states[field]
            var row = 0
            while row < rows.count {
                let (begin, end) = rows.field(row, field)
                let isNull = nullTokens.contains {
                    $0.elementsEqual(UnsafeBufferPointer(start: begin, count: end - begin))
                }
                if isNull || accepts(candidate, begin, end) {
                    hasValue = hasValue || !isNull
                    row += 1
                } else {
                    // The rows before this one must fit the next candidate too.
                    candidate += 1
                    row = 0
                }
            }
            states[field] = (candidate, hasValue)
        }
    }

    private func accepts(_ candidate: Int, _ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        let type = CSVTypeInference.candidates[candidate]
        if type == .string { return true }
        guard begin < end, begin[0] != layout.quote else { return false }
        switch type {
        case .int64: return TextValue.int64(begin, end) != nil
        case .float64: return TextValue.float64(begin, end) != nil
        case .boolean: return TextValue.boolean(begin, end) != nil
        case .date: return TextValue.date(begin, end) != nil
        default: return TextValue.microseconds(begin, end) != nil
        }
    }
}
