package import Features
import Columnar
package import StorageIO

extension DataSet {
    /// The transaction columns that every file has, under their names in the files, followed by others.
    ///
    /// A column that no file has is left out, so that the caller that needs it can say what is missing.
    /// - Parameters:
    ///   - others: names of further columns; none is taken twice.
    ///   - needed: the columns that are needed, and so must not be unavailable.
    /// - Throws: `DataSetError.unavailableColumn` for a column that is needed, and cannot be read from every file.
    package func transactionColumns(
        and others: [String] = [], needing needed: [TransactionColumn] = TransactionColumn.unlabelled
    ) throws -> [String] {
        var names: [String] = []
        for column in TransactionColumn.allCases {
            if let index = TransactionColumn.index(of: column, in: schema) {
                names.append(schema.fields[index].name)
            } else if needed.contains(column) {
                let unavailable = unavailableColumns.keys.filter { TransactionColumn(spelling: $0) == column }
                if let name = unavailable.min() { _ = try self.schema(selecting: [name]) }
            }
        }
        for name in others where !names.contains(name) { names.append(name) }
        return names
    }

    /// The columns that a schema describes, under their names in the files.
    /// - Throws: `SchemaError` for one that there is not, unless it is optional.
    package func columns(of transactions: TransactionSchema) throws(SchemaError) -> [String] {
        try transactions.match(schema).positions.compactMap { $0.map { schema.fields[$0].name } }
    }
}
