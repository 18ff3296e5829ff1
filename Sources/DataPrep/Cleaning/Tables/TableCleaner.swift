public import Columnar
public import Features
public import StorageIO

/// Cleans transactions of any columns by a ``TableCleaningPlan``: reads delimited text, JSON lines and Parquet, and writes the
/// schema's columns in their types, and those beside the schema as they are.
///
/// Memory stays within ``CleaningOptions/memoryLimit`` whatever the input's size, as with ``Cleaner``, which is faster for the
/// nine columns of `TransactionSchema.handbook`.
///
///     let cleaner = TableCleaner(schema: schema)
///     let report = try await cleaner.clean(DataFiles.find(location), to: .location(output))
public struct TableCleaner: Sendable {
    /// A condition on rows in the columns of the output: a one bit for each row that stays.
    public typealias Condition = @Sendable (RecordBatch) throws -> Bitmap

    /// What the columns are.
    public var schema: TransactionSchema
    /// What is dropped.
    public var plan: TableCleaningPlan
    /// The conditions of ``CleaningCheck/custom(name:)``, by name. They are called on several threads, with some thousand rows
    /// at a time.
    public var custom: [String: Condition]
    /// How a cleaning uses the machine.
    public var options: CleaningOptions

    /// A cleaner for any number of runs.
    /// - Parameter plan: nil for the rules of a ``CleaningPlan``, as far as the schema has the columns for them.
    public init(
        schema: TransactionSchema, plan: TableCleaningPlan? = nil, custom: [String: Condition] = [:],
        options: CleaningOptions = CleaningOptions()
    ) {
        self.schema = schema
        self.plan = plan ?? TableCleaningPlan(for: schema)
        self.custom = custom
        self.options = options
    }

    /// Cleans the inputs, in this order, into one table.
    ///
    /// Cancelling the task ends the cleaning; then, and on any error, no output appears and an earlier one stays unchanged. The
    /// same holds when a rule drops more than ``TableCleaningPlan/maximumDroppedShare``.
    /// - Parameters:
    ///   - rejects: where to write every dropped row, as a table of ``RejectedRows/schema``.
    ///   - progress: called from time to time, from one task.
    /// - Throws: `SchemaError` where the inputs do not have the schema's columns, and everything that ``Cleaner`` throws.
    public func clean(
        _ inputs: [any RandomAccessInput], to output: CleaningOutput, rejects: StorageLocation? = nil,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        try await clean(inputs, partitions: nil, to: output, rejects: rejects, progress: progress)
    }

    /// Cleans the files of a location, in their order, into one table; partition columns in the names of their folders
    /// are added to the rows of Parquet files and JSON lines. Everything else is as with opened inputs.
    public func clean(
        _ files: DataFiles, to output: CleaningOutput, rejects: StorageLocation? = nil,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        try await clean(
            files.files.map { files.input($0) }, partitions: files.partitions, to: output, rejects: rejects,
            progress: progress)
    }

    private func clean(
        _ inputs: [any RandomAccessInput], partitions: PartitionColumns?, to output: CleaningOutput,
        rejects: StorageLocation?, progress: (@Sendable (CleaningProgress) -> Void)?
    ) async throws -> CleaningReport {
        try options.check()
        try plan.validate()
        let layout = try await TableLayout(schema, inputs, partitions, options: options)
        guard layout.output.fields.count < RejectEntry.maximumColumns else {
            throw CleaningError.invalidOption(
                name: "the number of columns", value: "\(layout.output.fields.count)",
                expected: "below \(RejectEntry.maximumColumns)")
        }
        let checks = try TableChecks(plan, layout, custom: custom)
        let memories = ParsingMemories(columns: checks.codedColumns(of: layout))
        let run = CleaningRun(
            format: TableFormat(layout: layout, memories: memories),
            table: TableProcessor(layout: layout, checks: checks, memories: memories, options: options),
            plan: CleaningPlan(
                outliers: plan.outliers, unknownCustomers: [], maximumDroppedShare: plan.maximumDroppedShare),
            tablePlan: plan, options: options, inputs: inputs, partitions: partitions, fences: nil, progress: progress)
        return try await run.write(to: output, schema: layout.output, rejects: rejects)
    }
}
