package import Features

/// Reads the bodies of requests to a model whose features a plan declares, over the columns of its schema. A class, so that a
/// request shares it by one reference.
package final class RecordBodies: Sendable {
    /// The fields of `POST /predict`: all that is known when a transaction is to be scored.
    package let transaction: [RequestField]
    /// The fields of `POST /labels`: which transaction, where it belongs in the history, and whether it was a fraud.
    package let label: [RequestField]
    package let schema: TransactionSchema
    private let json: RecordJSON
    private let amount: SchemaField?

    /// Roles that have no value yet when a transaction is to be scored, or none that a feature could use.
    private static let laterRoles: Set<ColumnRole.Kind> = [.label, .knownAt, .ignored]

    /// - Throws: `SchemaError` when the schema makes no sense.
    package init(_ engine: FeatureEngine) throws(SchemaError) {
        let schema = engine.schema
        self.schema = schema
        json = try RecordJSON(schema, ignored: RecordBodies.laterRoles)
        let known = engine.plan.features.reduce(into: [String: [String]]()) { known, feature in
            guard case .category(let column, let values?) = feature.kind, let name = schema.column(named: column)?.name
            else { return }
            known[name] = values
        }
        let fields = schema.columns.indices.map { position in
            let column = schema.columns[position]
            let isText = column.type.kind == .text || column.type.kind == .category
            return SchemaField(schema, position: position, knownValues: isText ? known[column.name] ?? [] : [])
        }
        transaction = fields.compactMap { field in
            let role = field.column.role.kind
            guard !RecordBodies.laterRoles.contains(role) else { return nil }
            return RequestField(field, RecordJSON.scoringRoles.contains(role) ? .required : .optional)
        }
        label = engine.labelColumns.map { position in
            let field = fields[position]
            return RequestField(field, RecordJSON.labelRoles.contains(field.column.role.kind) ? .required : .nullable)
        }
        amount = fields.first { $0.column.role == .amount }
    }

    /// The transaction of a body of `POST /predict`, or everything that is wrong with it. Members of other columns are ignored,
    /// the label among them.
    ///
    /// `RecordJSON` reads what it accepts; all else goes through the full validation, which reads values in the same way.
    package func readTransaction(_ bytes: UnsafeRawBufferPointer) -> Result<TransactionRecord, ValidationFailure> {
        if let record = try? json.decode(bytes.bindMemory(to: UInt8.self)), hasFiniteAmount(record) {
            return .success(record)
        }
        return validatedTransaction(bytes)
    }

    /// The transaction of an array's bytes.
    package func readTransaction(_ bytes: [UInt8]) -> Result<TransactionRecord, ValidationFailure> {
        bytes.withUnsafeBytes { readTransaction($0) }
    }

    /// The same by the full validation alone.
    package func validatedTransaction(
        _ bytes: some Collection<UInt8>
    ) -> Result<TransactionRecord, ValidationFailure> {
        ObjectBody.read(bytes) { record(transaction, &$0) }
    }

    /// The labels of a body of `POST /labels`, as transactions of which only the columns are known that labels need; or the
    /// problems of the body, and then none of them is applied.
    package func readLabels(_ bytes: some Collection<UInt8>) -> Result<[TransactionRecord], ValidationFailure> {
        ObjectBody.readList(bytes) { record(label, &$0) }
    }

    private func hasFiniteAmount(_ record: TransactionRecord) -> Bool {
        amount.map { !$0.isInfiniteAmount(record.values[$0.position]) } ?? true
    }

    private func record(_ fields: [RequestField], _ reader: inout FieldReader) -> TransactionRecord {
        let found = reader.values(fields)
        return TransactionRecord(schema.columns.map { found[$0.name] })
    }
}
