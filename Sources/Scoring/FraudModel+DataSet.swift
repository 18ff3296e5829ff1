import Columnar
import DataPrep
import Features
import StorageIO

extension FraudModel {
    /// The columns that scoring needs; all, where one is missing, so that the error can list them.
    /// - Parameter labelled: Whether labels are among them, where the data set has them.
    /// - Throws: `DataSetError.unavailableColumn` for one that cannot be read from every file.
    func scoredColumns(of dataSet: DataSet, labelled: Bool = true) throws -> [String] {
        let schema = dataSet.schema
        func name(_ column: TransactionColumn) -> String? {
            TransactionColumn.index(of: column, in: schema).map { schema.fields[$0].name }
        }
        switch features {
        case .pipeline:
            _ = try dataSet.transactionColumns()
            let needed = TransactionColumn.allCases.filter { !$0.isLabel }.compactMap(name)
            guard needed.count == TransactionColumn.unlabelledTableSchema.fields.count else { return schema.names }
            guard labelled else { return needed }
            let label = provenance.label.flatMap { schema.index(of: $0) == nil ? nil : $0 } ?? name(.fraud)
            return needed + [label].compactMap { $0 }
        case .plan(_, let transactions):
            let columns = try features.columns(of: dataSet)
            guard !labelled else { return columns }
            let labels = zip(transactions.columns, try transactions.match(schema).positions)
                .filter { [.label, .knownAt].contains($0.0.role.kind) }
                .compactMap { $0.1.map { schema.fields[$0].name } }
            return columns.filter { !labels.contains($0) }
        case .columns(let features):
            _ = try dataSet.schema(selecting: features)
            let id = name(.transactionID).flatMap { features.contains($0) ? nil : $0 }
            return ([id].compactMap { $0 }) + features
        }
    }
}
