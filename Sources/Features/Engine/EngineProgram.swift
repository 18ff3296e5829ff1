import Columnar

/// A plan that is ready to be computed: lanes, what fills them, tables, and features in order.
final class EngineProgram: Sendable {
    let plan: FeaturePlan
    let schema: TransactionSchema
    let table: Schema
    /// The types of the schema's columns.
    let kinds: [SchemaColumnType.Kind]
    let timeColumn: Int?
    let idColumn: Int?
    /// Whether a column says when labels became known.
    let hasKnownAt: Bool
    /// The lanes of the amount, if there is one: without a finite one a transaction is not recorded.
    let amount: NumberLanes?
    let sources: [LaneSource]
    let filters: [EngineExpression]
    let tables: [HistoryTablePlan]
    /// In the plan's order.
    let rowFeatures: [RowFeature]
    /// The lanes of the features that models get.
    let outputs: [Int]
    let functions: [CustomWindow]
    let internerCount: Int
    let laneCount: Int
    /// The most cursors of a table.
    let cursorCount: Int

    init(_ builder: consuming EngineBuilder) throws(FeatureEngineError) {
        plan = builder.plan
        schema = builder.schema
        do {
            table = try builder.schema.tableSchema()
        } catch {
            throw .notCanonical(expected: "columns with different names", actual: "\(error)")
        }
        kinds = builder.schema.columns.map(\.type.kind)
        timeColumn = builder.schema.columns.firstIndex { $0.role.kind == .time }
        idColumn = builder.schema.columns.firstIndex { $0.role.kind == .id }
        hasKnownAt = builder.schema.column(.knownAt) != nil
        amount = builder.amount
        tables = builder.finishedTables()
        sources = builder.sources
        filters = builder.filters.values.sorted { $0.output < $1.output }
        rowFeatures = builder.rowFeatures
        outputs = builder.outputs
        functions = builder.functions
        internerCount = builder.interners.count
        laneCount = builder.laneCount
        cursorCount = tables.reduce(1) { max($0, $1.layout.cursorCount) }
    }
}
