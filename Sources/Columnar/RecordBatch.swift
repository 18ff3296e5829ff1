/// Some rows of a table: columns of equal length under a schema.
public struct RecordBatch: Sendable, Hashable {
    /// Names and types of the columns.
    public let schema: Schema
    /// The columns in the order of the schema.
    public let columns: [Column]
    /// The length of each column.
    public let rowCount: Int

    /// - Throws: ``ColumnarError`` when number, types, lengths or nullability of the columns contradict the schema.
    public init(schema: Schema, columns: [Column]) throws(ColumnarError) {
        guard schema.fields.count == columns.count else {
            throw .countMismatch(field: "columns", expected: schema.fields.count, actual: columns.count)
        }
        let rowCount = columns.first?.count ?? 0
        for (field, column) in zip(schema.fields, columns) {
            guard column.type == field.type else {
                throw .typeMismatch(field: field.name, expected: field.type.description, actual: column.type)
            }
            guard column.count == rowCount else {
                throw .countMismatch(field: field.name, expected: rowCount, actual: column.count)
            }
            if !field.isNullable, let validity = column.validity,
                let row = (0..<rowCount).first(where: { !validity[$0] })
            {
                throw .unexpectedNull(field: field.name, row: row)
            }
        }
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }

    /// A batch whose schema has these names and the columns' types; all fields are nullable.
    public init(_ columns: [(name: String, column: Column)]) throws(ColumnarError) {
        let schema = try Schema(columns.map { Field($0.name, $0.column.type) })
        try self.init(schema: schema, columns: columns.map(\.column))
    }

    /// A batch without rows.
    public init(empty schema: Schema) {
        self.schema = schema
        columns = schema.fields.map { Column(unchecked: $0.type, ColumnStorage(empty: $0.type.physicalType), nil) }
        rowCount = 0
    }

    /// The column with that name.
    /// - Throws: ``ColumnarError/missingField(name:available:)`` when there is none.
    public func column(_ name: String) throws(ColumnarError) -> Column {
        columns[try schema.requiredIndex(of: name)]
    }

    /// Just these columns, in this order.
    /// - Throws: ``ColumnarError/missingField(name:available:)`` when one does not exist.
    public func selecting(_ names: [String]) throws(ColumnarError) -> RecordBatch {
        var selected: [Column] = []
        for name in names { selected.append(try column(name)) }
        return try RecordBatch(schema: schema.selecting(names), columns: selected)
    }

    /// The rows at these positions, in this order.
    public func take(_ rows: [Int]) -> RecordBatch {
        RecordBatch(unchecked: schema, columns.map { $0.take(rows) }, rows.count)
    }

    /// The rows of a range.
    public func slice(_ rows: Range<Int>) -> RecordBatch {
        RecordBatch(unchecked: schema, columns.map { $0.slice(rows) }, rows.count)
    }

    /// The rows of all batches, which share one schema.
    /// - Throws: ``ColumnarError/schemaMismatch(expected:actual:)`` when they do not.
    public static func concatenating(_ batches: [RecordBatch], schema: Schema) throws(ColumnarError) -> RecordBatch {
        for batch in batches where batch.schema != schema {
            throw .schemaMismatch(expected: schema, actual: batch.schema)
        }
        if batches.count == 1, let only = batches.first { return only }
        var columns: [Column] = []
        for (index, field) in schema.fields.enumerated() {
            columns.append(try Column.concatenating(batches.map { $0.columns[index] }, type: field.type))
        }
        return RecordBatch(unchecked: schema, columns, batches.reduce(0) { $0 + $1.rowCount })
    }

    private init(unchecked schema: Schema, _ columns: [Column], _ rowCount: Int) {
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }
}
