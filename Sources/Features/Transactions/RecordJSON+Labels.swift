import JSONText

extension RecordJSON {
    /// Roles of columns that a label must have a value of: what it is about, what it says, and since when.
    package static let labelRoles: Set<ColumnRole.Kind> = [.id, .time, .label, .knownAt]

    /// Reads the label of a transaction: any of its columns, with all that the label needs.
    /// - Parameter columns: Positions of columns that must be there, such as `FeatureEngine.labelColumns`. Those without one of the
    ///   required roles may be null: then the transaction had no such value.
    /// - Throws: ``RecordJSONError`` with the position and the column.
    package func decodeLabel(
        _ text: UnsafeBufferPointer<UInt8>, columns: [Int]
    ) throws(RecordJSONError) -> TransactionRecord {
        let record = try decode(text)
        for column in columns where record.values[column] == .null && !hasMember(of: column, text) {
            throw RecordJSONError(
                .missing(nearest: nearestNames(to: column, in: text)), at: text.count,
                column: schema.columns[column].name)
        }
        return record
    }

    /// Whether an object that was read without an error has a member of a column.
    private func hasMember(of column: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard case .object(let members) = try? JSONValue(parsing: Array(text)) else { return false }
        return members.contains { schema.column(named: $0.name)?.name == schema.columns[column].name }
    }
}
