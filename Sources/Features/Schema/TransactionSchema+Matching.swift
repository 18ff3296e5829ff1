public import Columnar

extension TransactionSchema {
    /// The table that the columns make, in their order.
    /// - Throws: `ColumnarError.duplicateField` when two columns share a name.
    public func tableSchema() throws(ColumnarError) -> Schema {
        try Schema(columns.map { Field($0.name, $0.type.dataType) })
    }

    /// The position of the column of that name or spelling, without case.
    /// - Throws: ``SchemaError/missingColumns(_:available:)`` with the nearest names.
    package func position(ofColumn name: String) throws(SchemaError) -> Int {
        let found = column(named: name)?.name
        guard let position = columns.firstIndex(where: { $0.name == found }) else {
            let names = columns.map(\.name)
            throw .missingColumns(
                [.init(name: name, nearest: NearestNames.nearest(to: name, in: names))], available: names)
        }
        return position
    }

    /// Finds each column in a table: by its exact name, then by its name without case, then by its spellings. A
    /// column of the table is found once at most.
    /// - Parameter optional: Roles of columns that the table need not have.
    /// - Throws: ``SchemaError/missingColumns(_:available:)`` with the nearest names, or
    ///   ``SchemaError/ambiguousColumn(name:matches:)``.
    public func match(
        _ table: Schema, optional: Set<ColumnRole.Kind> = [.label, .knownAt, .ignored]
    ) throws(SchemaError) -> SchemaMatch {
        var positions = columns.map { table.index(of: $0.name) }
        var taken = Set(positions.compactMap { $0 })
        let lowercased = table.names.map { $0.lowercased() }
        func find(_ index: Int, _ names: Set<String>) throws(SchemaError) {
            guard positions[index] == nil else { return }
            let found = lowercased.indices.filter { !taken.contains($0) && names.contains(lowercased[$0]) }
            guard found.count <= 1 else {
                throw .ambiguousColumn(name: columns[index].name, matches: found.map { table.names[$0] })
            }
            positions[index] = found.first
            taken.formUnion(found)
        }
        for index in columns.indices { try find(index, [columns[index].name.lowercased()]) }
        for index in columns.indices { try find(index, Set(columns[index].spellings.map { $0.lowercased() })) }

        let others = table.fields.indices.filter { !taken.contains($0) }
        let missing = columns.indices.filter { positions[$0] == nil && !optional.contains(columns[$0].role.kind) }
        guard missing.isEmpty else {
            let unused = others.map { table.names[$0] }
            throw .missingColumns(
                missing.map {
                    .init(name: columns[$0].name, nearest: NearestNames.nearest(to: columns[$0].name, in: unused))
                }, available: table.names)
        }
        return SchemaMatch(positions: positions, others: others)
    }
}

/// Which column of a table is which column of a ``TransactionSchema``.
public struct SchemaMatch: Sendable, Hashable {
    /// For each column of the schema its position in the table; nil where the table does not have it.
    public let positions: [Int?]
    /// The positions of the table's other columns, ascending.
    public let others: [Int]
}
