import Columnar

/// Differences between files that do not keep them from being one table.
enum SchemaTolerance {
    /// Columns that can hold nulls in some files only, as Parquet states it.
    case nullability
    /// Also columns of integers in some files and decimal numbers in others, as inferred from text.
    case numbers
}

extension DataFiles {
    /// The columns that all files have, in the first file's order.
    /// - Throws: ``DataSetError/schemaMismatch(file:otherFile:difference:)`` naming the first file that differs.
    func commonSchema(_ schemas: [Schema], allowing tolerance: SchemaTolerance) throws -> Schema {
        guard let first = schemas.first else { preconditionFailure("there is at least one file") }
        var fields = first.fields
        for (index, schema) in schemas.enumerated().dropFirst() where schema != first {
            func fail(_ difference: String) -> DataSetError {
                .schemaMismatch(
                    file: input(files[index]).name, otherFile: input(files[0]).name, difference: difference)
            }
            for position in fields.indices {
                let name = fields[position].name
                guard let own = schema.field(named: name) else { throw fail("column '\(name)' is missing") }
                guard let type = common(fields[position].type, own.type, tolerance) else {
                    throw fail("column '\(name)' is \(own.type), not \(fields[position].type)")
                }
                fields[position].type = type
                fields[position].isNullable = fields[position].isNullable || own.isNullable
            }
            if let extra = schema.names.first(where: { first.index(of: $0) == nil }) {
                throw fail("there is an additional column '\(extra)'")
            }
        }
        return try Schema(fields)
    }

    private func common(_ left: DataType, _ right: DataType, _ tolerance: SchemaTolerance) -> DataType? {
        if left == right { return left }
        switch (tolerance, left, right) {
        case (.numbers, .int64, .float64), (.numbers, .float64, .int64): return .float64
        default: return nil
        }
    }
}
