/// Where an expression's program finds the values of one row. All sources give the same registers for the same values, so that
/// batches and single transactions have the same results.
///
/// The engine of plans may have a source of its own.
protocol ExpressionRow {
    /// A floating-point column; null is what is not finite.
    func float64(_ source: ExpressionSource) -> Double
    /// An integer column of 32 bits.
    func int32(_ source: ExpressionSource) -> ExpressionRegister
    /// An integer column of 64 bits, or a time in microseconds.
    func int64(_ source: ExpressionSource) -> ExpressionRegister
    /// A text column, whose bytes stay where they are until the row is done.
    func text(_ source: ExpressionSource, _ arena: inout TextArena) -> ExpressionRegister
    /// A boolean column.
    func truth(_ source: ExpressionSource) -> ExpressionRegister.Truth
    /// A feature declared before; null is what is not finite.
    func feature(_ source: ExpressionSource) -> Double
}

/// A column or feature that a program reads.
struct ExpressionSource {
    /// Its position among those that the program reads.
    let input: Int
    /// Its position in the schema, or among all features.
    let position: Int
}

/// A row of a batch.
struct BatchRow: ExpressionRow {
    /// Those that the program reads.
    let columns: UnsafeBufferPointer<ColumnPointers>
    /// Those that the program reads.
    let features: UnsafeBufferPointer<UnsafePointer<Double>>
    let row: Int

    @inline(__always)
    func float64(_ source: ExpressionSource) -> Double {
        let column = columns[source.input]
        return column.isNull(row) ? .nan : column.float64[row]
    }

    @inline(__always)
    func int32(_ source: ExpressionSource) -> ExpressionRegister {
        let column = columns[source.input]
        return column.isNull(row) ? .null : ExpressionRegister(Int64(column.int32[row]))
    }

    @inline(__always)
    func int64(_ source: ExpressionSource) -> ExpressionRegister {
        let column = columns[source.input]
        return column.isNull(row) ? .null : ExpressionRegister(column.int64[row])
    }

    @inline(__always)
    func text(_ source: ExpressionSource, _ arena: inout TextArena) -> ExpressionRegister {
        let column = columns[source.input]
        guard !column.isNull(row) else { return .null }
        let start = Int(column.offsets[row])
        let end = Int(column.offsets[row + 1])
        return ExpressionRegister(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(column.bytes)[start..<end]))
    }

    @inline(__always)
    func truth(_ source: ExpressionSource) -> ExpressionRegister.Truth {
        let column = columns[source.input]
        return column.isNull(row) ? .null : ExpressionRegister.Truth(ColumnPointers.bit(column.words, row))
    }

    @inline(__always)
    func feature(_ source: ExpressionSource) -> Double { features[source.input][row] }
}

/// A single transaction. A value of another type than its column's is null.
struct RecordRow: ExpressionRow {
    let values: UnsafeBufferPointer<TransactionValue>
    let features: UnsafeBufferPointer<Double>

    private func value(_ source: ExpressionSource) -> TransactionValue {
        source.position < values.count ? values[source.position] : .null
    }

    func float64(_ source: ExpressionSource) -> Double {
        switch value(source) {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: .nan
        }
    }

    func int32(_ source: ExpressionSource) -> ExpressionRegister { int64(source) }

    func int64(_ source: ExpressionSource) -> ExpressionRegister {
        switch value(source) {
        case .integer(let integer), .time(let integer): ExpressionRegister(integer)
        default: .null
        }
    }

    func text(_ source: ExpressionSource, _ arena: inout TextArena) -> ExpressionRegister {
        guard case .text(let text) = value(source) else { return .null }
        return ExpressionRegister(arena.copy(text))
    }

    func truth(_ source: ExpressionSource) -> ExpressionRegister.Truth {
        guard case .boolean(let value) = value(source) else { return .null }
        return ExpressionRegister.Truth(value)
    }

    func feature(_ source: ExpressionSource) -> Double {
        source.position < features.count ? features[source.position] : .nan
    }
}
