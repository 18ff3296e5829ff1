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
        let prepared = try await prepare(inputs, partitions)
        let duplicates = prepared.checks.duplicates.map { duplicates in
            DuplicateFilter(
                key: duplicates.isByInteger ? .transactionID : .wholeRow,
                memoryBudget: options.keyBudget ?? options.memoryLimit / 4, storage: options.storage())
        }
        let run = run(prepared, inputs, partitions, duplicates: duplicates, progress: progress)
        return try await run.write(to: output, schema: prepared.layout.output, rejects: rejects)
    }
}

extension TableCleaner {
    /// The rules, and the columns of the inputs.
    struct Prepared {
        let layout: TableLayout
        let checks: TableChecks
    }

    /// What the plan of a report has of the plan.
    var reportedPlan: CleaningPlan {
        CleaningPlan(outliers: plan.outliers, unknownCustomers: [], maximumDroppedShare: plan.maximumDroppedShare)
    }

    func prepare(_ inputs: [any RandomAccessInput], _ partitions: PartitionColumns?) async throws -> Prepared {
        try plan.validate()
        let layout = try await TableLayout(schema, inputs, partitions, options: options)
        guard layout.output.fields.count < RejectEntry.maximumColumns else {
            throw CleaningError.invalidOption(
                name: "the number of columns", value: "\(layout.output.fields.count)",
                expected: "below \(RejectEntry.maximumColumns)")
        }
        return Prepared(layout: layout, checks: try TableChecks(plan, layout, custom: custom))
    }

    /// - Parameters:
    ///   - fences: nil to compute them by the plan's rule.
    ///   - duplicates: finds them; nil where no rule drops them.
    func run(
        _ prepared: Prepared, _ inputs: [any RandomAccessInput], _ partitions: PartitionColumns?,
        fences: AmountFences? = nil, duplicates: (any TableDuplicates)?, acceptsNoRows: Bool = false,
        progress: (@Sendable (CleaningProgress) -> Void)?
    ) -> CleaningRun<TableFormat, TableProcessor> {
        let (layout, checks) = (prepared.layout, prepared.checks)
        let memories = ParsingMemories(columns: checks.codedColumns(of: layout))
        return CleaningRun(
            format: TableFormat(layout: layout, memories: memories),
            table: TableProcessor(
                layout: layout, checks: checks, memories: memories, duplicates: duplicates, options: options),
            plan: reportedPlan, tablePlan: plan, options: options, inputs: inputs, partitions: partitions,
            fences: fences, acceptsNoRows: acceptsNoRows, progress: progress)
    }
}
