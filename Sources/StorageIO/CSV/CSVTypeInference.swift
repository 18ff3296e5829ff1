import Columnar

/// Finds the narrowest type that holds all values of each field of some rows.
///
/// `int64`, `float64`, `boolean`, `date`, `timestamp(microseconds)`; else, and for a column of nulls alone, `string`.
/// Quotes do not affect the type: some programs put them around every field. Integers that `int64`, or `float64` in a
/// column with decimal numbers, cannot hold exactly are text: they are ids, and must not be rounded.
struct CSVTypeInference: Sendable {
    /// The type of a field's values so far.
    struct State: Sendable {
        var kind = InferredKind.none
        /// Whether an integer is above 2^53, where a `float64` may not hold it exactly.
        var hasWideInteger = false

        /// Whether all values were numbers, even if text is their only common type.
        var isOfNumbers = true

        /// Adds the types of other values.
        mutating func join(_ other: State) {
            hasWideInteger = hasWideInteger || other.hasWideInteger
            isOfNumbers = isOfNumbers && other.isOfNumbers
            kind = kind.joined(other.kind)
            if kind == .float64, hasWideInteger { kind = .string }
        }
    }

    let layout: TextLayout
    private let nulls: NullTexts
    private(set) var states: [State]

    init(fieldCount: Int, layout: TextLayout, nulls: NullTexts) {
        self.layout = layout
        self.nulls = nulls
        states = Array(repeating: State(), count: fieldCount)
    }

    /// Whether more rows cannot change anything.
    var isSettled: Bool { states.allSatisfy { $0.kind == .string } }

    mutating func merge(_ other: CSVTypeInference) {
        for index in states.indices { states[index].join(other.states[index]) }
    }

    mutating func take(_ rows: borrowing CSVRows) {
        for field in states.indices {
            var state = states[field]
            for row in 0..<rows.count {
                if state.kind == .string { break }
                let (begin, end) = rows.field(row, field)
                take(begin, end, &state)
            }
            states[field] = state
        }
    }

    private func take(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ state: inout State) {
        guard begin < end, begin[0] == layout.quote else {
            if !fits(begin, end, &state), !nulls.stands(begin, end) { state.join(Self.state(of: begin, end)) }
            return
        }
        guard let content = TextValue.unquoted(begin, end, quote: layout.quote) else {
            // Reading will report the position.
            state.join(State(kind: .string, isOfNumbers: false))
            return
        }
        content.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let (begin, end) = (base + TextBlock.padding, base + buffer.count)
            if !fits(begin, end, &state), !nulls.standsQuoted(begin, end) { state.join(Self.state(of: begin, end)) }
        }
    }

    /// Whether a value is of the kind already found: the usual case, checked first.
    @inline(__always)
    private func fits(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ state: inout State) -> Bool {
        switch state.kind {
        case .none: return false
        case .int64:
            guard let value = TextValue.int64(begin, end) else { return false }
            if value.magnitude > 1 << 53 { state.hasWideInteger = true }
            return true
        case .float64:
            // Long ones are checked: they may be integers.
            return end - begin <= 15 && begin < end && TextValue.float64(begin, end) != nil
        case .boolean: return TextValue.boolean(begin, end) != nil
        case .date: return TextValue.date(begin, end) != nil
        case .timestamp: return TextValue.microseconds(begin, end) != nil
        case .string: return true
        }
    }

    /// The type of a single value.
    private static func state(of begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> State {
        if let value = TextValue.int64(begin, end) {
            return State(kind: .int64, hasWideInteger: value.magnitude > 1 << 53)
        }
        if TextValue.isInteger(begin, end) { return State(kind: .string) }
        if TextValue.float64(begin, end) != nil { return State(kind: .float64) }
        if TextValue.boolean(begin, end) != nil { return State(kind: .boolean, isOfNumbers: false) }
        if TextValue.date(begin, end) != nil { return State(kind: .date, isOfNumbers: false) }
        return State(kind: TextValue.microseconds(begin, end) != nil ? .timestamp : .string, isOfNumbers: false)
    }
}
