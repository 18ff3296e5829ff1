public import Columnar

/// The table of transactions as this library writes it.
extension TransactionColumn {
    /// All nine columns, in the order of the source files.
    public static let tableSchema = tableSchema(of: TransactionColumn.allCases)

    /// The seven columns that are known when a transaction is to be scored.
    public static let unlabelledTableSchema = tableSchema(of: TransactionColumn.unlabelled)

    /// The position of a column in a schema under any of its spellings; an exact name takes precedence over other
    /// spellings.
    public static func index(of column: TransactionColumn, in schema: Schema) -> Int? {
        schema.index(of: column.name) ?? schema.fields.firstIndex { TransactionColumn(spelling: $0.name) == column }
    }

    /// The name under which a table has a requested column: that name, or another spelling of a transaction's column;
    /// the name itself if the table has neither.
    package static func spelling(of name: String, in schema: Schema) -> String {
        guard schema.index(of: name) == nil, let column = TransactionColumn(spelling: name),
            let index = index(of: column, in: schema)
        else { return name }
        return schema.fields[index].name
    }

    private static func tableSchema(of columns: [TransactionColumn]) -> Schema {
        do {
            return try Schema(columns.map { Field($0.name, $0.type) })
        } catch {
            // A schema refuses only duplicate names, and the cases of an enumeration are distinct.
            preconditionFailure("the columns have distinct names: \(error)")
        }
    }
}
