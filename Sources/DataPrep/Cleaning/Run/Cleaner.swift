import Features
public import StorageIO

/// Cleans transactions by a plan: reads text (the raw form with its malformed header, or CSV with a header), gzip, zstd
/// or Parquet, and writes Parquet, or CSV if the name says so, of `TransactionColumn.tableSchema`.
///
/// Memory stays within ``CleaningOptions/memoryLimit`` whatever the input's size: rows that passed rules 1 to 6 wait for the
/// fences in a packed form, in memory first and then in a temporary file.
///
///     let cleaner = Cleaner(plan: CleaningPlan(outliers: .standard))
///     let report = try await cleaner.clean(inputs, to: .file(key, in: store)) { print($0.rows) }
public struct Cleaner: Sendable {
    /// What is dropped and repaired.
    public var plan: CleaningPlan
    /// How a cleaning uses the machine.
    public var options: CleaningOptions

    /// A cleaner for any number of runs.
    public init(plan: CleaningPlan = CleaningPlan(), options: CleaningOptions = CleaningOptions()) {
        self.plan = plan
        self.options = options
    }

    /// Cleans the inputs, in this order, into one table.
    ///
    /// Cancelling the task ends the cleaning; then, and on any error, no output appears and an earlier one stays
    /// unchanged. The same holds when a rule drops more than ``CleaningPlan/maximumDroppedShare``:
    /// ``CleaningError/droppedTooMuch(_:)``.
    /// - Parameters:
    ///   - rejects: where to write every dropped row, as a table of ``RejectedRows/schema``; it is also written when a rule
    ///     drops too much. Text inputs are then read a second time.
    ///   - progress: called from time to time, from one task.
    /// - Throws: ``CleaningError``, ``IncrementalCleaningError/incrementalDataSet(folder:)`` for a folder that incremental
    ///   cleaning owns, `CSVError`, `ParquetError`, `JSONLinesError`, `ObjectStoreError`, or the input's own error.
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

    /// Cleans objects of a store, in this order, into one table.
    public func clean(
        _ keys: [ObjectKey], in store: any ObjectStore, to output: CleaningOutput, rejects: StorageLocation? = nil,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        var inputs: [any RandomAccessInput] = []
        for key in keys { inputs.append(try await StoredObjectInput(store: store, key: key)) }
        return try await clean(inputs, to: output, rejects: rejects, progress: progress)
    }

    private func clean(
        _ inputs: [any RandomAccessInput], partitions: PartitionColumns?, to output: CleaningOutput,
        rejects: StorageLocation?, progress: (@Sendable (CleaningProgress) -> Void)?
    ) async throws -> CleaningReport {
        try options.check()
        let run = CleaningRun(
            plan: plan, options: options, inputs: inputs, partitions: partitions, fences: nil,
            duplicates: DuplicateFilter(
                key: plan.duplicates, memoryBudget: options.keyBudget ?? options.memoryLimit / 4,
                storage: options.storage()),
            progress: progress)
        return try await run.write(to: output, schema: TransactionColumn.tableSchema, rejects: rejects)
    }
}
