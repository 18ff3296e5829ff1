public import Columnar

/// A ``RowExpression`` whose names and types have been checked, ready to be evaluated for batches and for single transactions.
///
/// Both give the same bits. Each row takes nanoseconds and no allocation.
public struct BoundExpression: Sendable {
    /// What an expression's value is.
    public enum Result: Sendable, Hashable {
        /// A 64-bit floating-point number, which is finite; NaN is null.
        case number
        /// True, false or null. As a number 1, 0 and NaN.
        case truth
    }

    /// What was bound.
    public let expression: RowExpression
    /// What its value is.
    public let result: Result
    /// The positions of the columns that it reads in the schema, in order of first use.
    public var columns: [Int] { program.inputs.map(\.column) }
    /// The positions of the features that it reads, in order of first use.
    public var features: [Int] { program.features }

    let program: ExpressionProgram
    private let schema: TransactionSchema

    init(
        _ expression: RowExpression, schema: TransactionSchema, features: [String], as result: Result?
    ) throws(ExpressionError) {
        let checker = ExpressionChecker(expression.text, schema: schema, features: features)
        let checked = try checker.check(expression.root, as: result)
        self.expression = expression
        self.result = checked.result
        self.schema = schema
        program = ExpressionCompiler.program(for: checked.value, types: schema.columns.map(\.type.dataType))
    }
}

extension RowExpression {
    /// Finds the names and checks the types.
    /// - Parameters:
    ///   - schema: The columns. They are found by their exact name, then without case and by their spellings.
    ///   - features: Names of numbers that are passed along with a row: the features declared before.
    ///   - result: What the value must be: ``BoundExpression/Result/truth`` of a filter; nil for either.
    /// - Throws: ``ExpressionError`` with the position of a name that does not exist, or of an operand of the wrong type.
    public func bind(
        to schema: TransactionSchema, features: [String] = [], as result: BoundExpression.Result? = nil
    ) throws(ExpressionError) -> BoundExpression {
        try BoundExpression(self, schema: schema, features: features, as: result)
    }
}

extension BoundExpression {
    // MARK: Batches

    /// The value for each row.
    /// - Parameters:
    ///   - batch: A canonical batch: its columns are those of the schema, in its order and types.
    ///   - features: The features' values, a column for each name, with a value for each row; NaN is null.
    /// - Throws: `ColumnarError` if the batch has other columns or a feature another number of values.
    public func evaluateNumbers(
        _ batch: RecordBatch, features: [[Double]] = []
    ) throws(ColumnarError) -> [Double] {
        try check(batch, features)
        return [Double](unsafeUninitializedCapacity: batch.rowCount) { values, count in
            withRows(batch, features) { machine, columns, features, arena in
                for row in 0..<batch.rowCount {
                    let value = machine.run(BatchRow(columns: columns, features: features, row: row), &arena)
                    values.initializeElement(at: row, to: number(value))
                }
            }
            count = batch.rowCount
        }
    }

    /// The truth value for each row; of a number whether it is not 0.
    /// - Parameters:
    ///   - batch: A canonical batch: its columns are those of the schema, in its order and types.
    ///   - features: The features' values, a column for each name, with a value for each row; NaN is null.
    /// - Throws: `ColumnarError` if the batch has other columns or a feature another number of values.
    public func evaluateTruth(
        _ batch: RecordBatch, features: [[Double]] = []
    ) throws(ColumnarError) -> TruthColumn {
        try check(batch, features)
        var isTrue = [UInt64](repeating: 0, count: Bitmap.wordCount(batch.rowCount))
        var isNull = isTrue
        withRows(batch, features) { machine, columns, features, arena in
            for word in isTrue.indices {
                var trueBits: UInt64 = 0
                var nullBits: UInt64 = 0
                for row in (word << 6)..<min(batch.rowCount, (word + 1) << 6) {
                    let value = truth(machine.run(BatchRow(columns: columns, features: features, row: row), &arena))
                    trueBits |= (value == .true ? 1 : 0) << UInt64(row & 63)
                    nullBits |= (value == .null ? 1 : 0) << UInt64(row & 63)
                }
                isTrue[word] = trueBits
                isNull[word] = nullBits
            }
        }
        return TruthColumn(
            isTrue: Bitmap(words: isTrue, count: batch.rowCount), isNull: Bitmap(words: isNull, count: batch.rowCount))
    }

    private func check(_ batch: RecordBatch, _ features: [[Double]]) throws(ColumnarError) {
        let fields = batch.schema.fields
        let isCanonical =
            fields.count == schema.columns.count
            && program.inputs.allSatisfy {
                fields[$0.column].name == schema.columns[$0.column].name && fields[$0.column].type == $0.type
            }
        guard isCanonical else {
            throw .schemaMismatch(expected: try schema.tableSchema(), actual: batch.schema)
        }
        if let needed = program.features.max(), needed >= features.count {
            throw .countMismatch(field: "features", expected: needed + 1, actual: features.count)
        }
        for index in program.features where features[index].count != batch.rowCount {
            throw .countMismatch(
                field: "features[\(index)]", expected: batch.rowCount, actual: features[index].count)
        }
    }

    @inline(__always)
    private func withRows(
        _ batch: RecordBatch, _ features: [[Double]],
        _ body: (
            ExpressionMachine, UnsafeBufferPointer<ColumnPointers>, UnsafeBufferPointer<UnsafePointer<Double>>,
            inout TextArena
        ) -> Void
    ) {
        guard batch.rowCount > 0 else { return }
        var scratch = ExpressionScratch()
        ColumnPointers.with(program.inputs.map { batch.columns[$0.column] }) { columns in
            FeaturePointers.with(program.features.map { features[$0] }) { features in
                ExpressionMachine.with(program, &scratch) { machine, arena in
                    body(machine, columns, features, &arena)
                }
            }
        }
    }

    // MARK: Single transactions

    /// The value for one transaction; NaN for null.
    /// - Parameters:
    ///   - record: Values of the schema's columns, in its order. One of another type than its column's counts as null.
    ///   - features: The features' values, one for each name; NaN is null.
    ///   - scratch: Memory that is used again.
    public func number(
        of record: TransactionRecord, features: [Double] = [], scratch: inout ExpressionScratch
    ) -> Double {
        number(value(of: record, features, &scratch))
    }

    /// The truth value for one transaction, nil for null; of a number whether it is not 0.
    /// - Parameters:
    ///   - record: Values of the schema's columns, in its order. One of another type than its column's counts as null.
    ///   - features: The features' values, one for each name; NaN is null.
    ///   - scratch: Memory that is used again.
    public func truth(
        of record: TransactionRecord, features: [Double] = [], scratch: inout ExpressionScratch
    ) -> Bool? {
        let truth = truth(value(of: record, features, &scratch))
        return truth == .null ? nil : truth == .true
    }

    /// The value for one transaction, as above, in memory that is allocated for it.
    public func number(of record: TransactionRecord, features: [Double] = []) -> Double {
        var scratch = ExpressionScratch()
        return number(of: record, features: features, scratch: &scratch)
    }

    /// The truth value for one transaction, as above, in memory that is allocated for it.
    public func truth(of record: TransactionRecord, features: [Double] = []) -> Bool? {
        var scratch = ExpressionScratch()
        return truth(of: record, features: features, scratch: &scratch)
    }

    private func value(
        of record: TransactionRecord, _ features: [Double], _ scratch: inout ExpressionScratch
    ) -> ExpressionRegister {
        record.values.withUnsafeBufferPointer { values in
            features.withUnsafeBufferPointer { features in
                value(of: RecordRow(values: values, features: features), &scratch)
            }
        }
    }

    // MARK: Any rows

    /// The value for a row of any source; NaN for null.
    func number(of row: some ExpressionRow, scratch: inout ExpressionScratch) -> Double {
        number(value(of: row, &scratch))
    }

    /// Whether a row of any source is one that a filter keeps.
    func isTrue(for row: some ExpressionRow, scratch: inout ExpressionScratch) -> Bool {
        truth(value(of: row, &scratch)) == .true
    }

    @inline(__always)
    private func value(of row: some ExpressionRow, _ scratch: inout ExpressionScratch) -> ExpressionRegister {
        ExpressionMachine.with(program, &scratch) { machine, arena in machine.run(row, &arena) }
    }

    @inline(__always)
    private func number(_ value: ExpressionRegister) -> Double {
        guard result == .truth else { return value.number }
        switch value.truth {
        case .true: return 1
        case .false: return 0
        default: return .nan
        }
    }

    @inline(__always)
    private func truth(_ value: ExpressionRegister) -> ExpressionRegister.Truth {
        guard result == .number else { return value.truth }
        return value.number.isNaN ? .null : ExpressionRegister.Truth(value.number != 0)
    }
}
