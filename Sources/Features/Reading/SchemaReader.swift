public import Columnar
import Parallelism

/// Reads any table as the columns of a ``TransactionSchema``, in their order and types.
///
/// Values may be stored as anything that can hold them: texts as a CSV file has them, numbers of any width, booleans, dates,
/// and timestamps of any unit. Texts are read by the schema's formats. A number or time in a column of text becomes its text.
/// Times without a zone are those of the column's zone.
///
///     let reader = try SchemaReader(schema, table: batch.schema)
///     let rows = try reader.read(batch)
///
/// ``read(_:threads:)`` says of each value that is not there whether it is missing or invalid; ``require(_:roles:threads:)``
/// accepts only rows that are complete.
public struct SchemaReader: Sendable {
    /// What the columns are.
    public let schema: TransactionSchema
    /// The columns of the tables that are read.
    public let table: Schema
    /// Which of them is which column of the schema.
    public let match: SchemaMatch
    /// The columns that result.
    public let canonical: Schema
    /// One for each column of the schema.
    package let readers: [ColumnReader]

    /// Roles of columns that a table need not have, unless the caller says otherwise.
    public static let optionalRoles: Set<ColumnRole.Kind> = [.label, .knownAt, .ignored]
    /// Roles of columns that ``require(_:roles:threads:)`` wants a value of in each row, unless the caller says otherwise.
    public static let requiredRoles: Set<ColumnRole.Kind> = [.id, .time, .amount, .key]

    /// A reader for tables with these columns.
    /// - Parameter optional: Roles of columns that the table need not have; they are null then.
    /// - Throws: ``SchemaError`` when the schema makes no sense, when the table lacks a column, with the nearest names, or
    ///   when it stores one in a type that cannot hold it.
    public init(
        _ schema: TransactionSchema, table: Schema, optional: Set<ColumnRole.Kind> = optionalRoles
    ) throws(SchemaError) {
        try schema.validate()
        self.schema = schema
        self.table = table
        match = try schema.match(table, optional: optional)
        do {
            canonical = try schema.tableSchema()
        } catch {
            // Names were compared when the schema was validated.
            preconditionFailure("columns of a valid schema have different names: \(error)")
        }
        readers = schema.columns.map { ColumnReader($0, missingMarkers: schema.missingMarkers) }
        for (reader, position) in zip(readers, match.positions) {
            guard let position, !reader.canRead(table.fields[position].type) else { continue }
            throw .unreadableColumn(
                column: reader.column.name, type: reader.column.type.kind.rawValue,
                stored: table.fields[position].type)
        }
    }

    /// Reads a table.
    /// - Parameter threads: How many columns are read at the same time.
    /// - Throws: `ColumnarError.schemaMismatch` for a table with other columns.
    public func read(_ batch: RecordBatch, threads: Int = 1) throws(ColumnarError) -> SchemaRows {
        guard batch.schema == table else { throw .schemaMismatch(expected: table, actual: batch.schema) }
        let columns = Lock([ReadColumn?](repeating: nil, count: readers.count))
        parallelFor(count: readers.count, threads: threads) { index in
            let column = readColumn(index, of: batch)
            columns.withLock { $0[index] = column }
        }
        return try SchemaRows(canonical, columns.withLock { $0.compactMap { $0 } })
    }

    /// Reads a table in which every value is valid, and every row has those that are needed.
    /// - Parameter roles: Of columns that must have a value in each row.
    /// - Returns: The table with the schema's columns, in its order.
    /// - Throws: ``TransactionError`` with column, row, and value of the first one that is not there, column by column;
    ///   `ColumnarError.schemaMismatch` for a table with other columns.
    public func require(
        _ batch: RecordBatch, roles: Set<ColumnRole.Kind> = requiredRoles, threads: Int = 1
    ) throws -> RecordBatch {
        let rows = try read(batch, threads: threads)
        for (index, column) in schema.columns.enumerated() {
            if let row = rows.invalid[index]?.trueIndices.first {
                throw TransactionError.invalidValue(
                    column: column.name, row: row, value: storedText(index, row: row, of: batch),
                    expected: column.expectation)
            }
            let values = rows.batch.columns[index]
            if roles.contains(column.role.kind), values.nullCount > 0,
                let row = (0..<values.count).first(where: values.isNull)
            {
                throw TransactionError.missingValue(column: column.name, row: row)
            }
        }
        return rows.batch
    }

    /// A value as the table stores it, cut after so many bytes.
    package func storedText(_ index: Int, row: Int, of batch: RecordBatch, limit: Int = QuotedText.limit) -> String {
        guard let position = match.positions[index] else { return "" }
        return batch.columns[position].text(ofRow: row, limit: limit)
    }

    private func readColumn(_ index: Int, of batch: RecordBatch) -> ReadColumn {
        guard let position = match.positions[index] else {
            return ReadColumn(nulls: readers[index].type, count: batch.rowCount)
        }
        return readers[index].read(batch.columns[position])
    }
}

/// Rows of a table in the columns of a ``TransactionSchema``.
public struct SchemaRows: Sendable {
    /// The schema's columns, in its order and types; null where there is no value.
    public let batch: RecordBatch
    /// For each column a one bit for each row whose value is there but not one of the column; nil if there are none. What is
    /// null in the batch without such a bit is missing.
    public let invalid: [Bitmap?]

    package init(_ schema: Schema, _ columns: [ReadColumn]) throws(ColumnarError) {
        batch = try RecordBatch(schema: schema, columns: columns.map(\.column))
        invalid = columns.map(\.invalid)
    }
}
