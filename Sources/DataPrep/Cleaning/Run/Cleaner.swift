public import StorageIO

/// Cleans transactions by a plan: reads text (the raw form with its malformed header, or CSV with a header), gzip, zstd or
/// Parquet, and writes Parquet, or CSV where the name says so, of ``TransactionSchema``.
///
/// Memory stays within ``CleaningOptions/memoryLimit`` whatever the input's size: rows that passed rules 1 to 6 wait for the
/// fences in a packed form, in memory first and then in a temporary file.
///
///     let cleaner = Cleaner(plan: CleaningPlan(outliers: .standard))
///     let report = try await cleaner.clean(inputs, to: .file(key, in: store)) { print($0.rows) }
public struct Cleaner: Sendable {
    /// What is dropped and repaired.
    public var plan: CleaningPlan
    /// How the machine is used.
    public var options: CleaningOptions

    /// A cleaner for any number of runs.
    public init(plan: CleaningPlan = CleaningPlan(), options: CleaningOptions = CleaningOptions()) {
        self.plan = plan
        self.options = options
    }

    /// Cleans the inputs, in this order, into one table.
    ///
    /// Cancelling the task ends the cleaning; then, and on any error, no output appears and an earlier one stays as it was.
    /// So it is when a rule drops more than ``CleaningPlan/maximumDroppedShare``: ``CleaningError/droppedTooMuch(_:)``.
    /// - Parameter progress: called now and then, from one task.
    /// - Throws: ``CleaningError``, `CSVError`, `ParquetError`, `ObjectStoreError`, or the input's own error.
    public func clean(
        _ inputs: [any RandomAccessInput], to output: CleaningOutput,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        try options.check()
        let run = CleaningRun(
            plan: plan, options: options, inputs: inputs, partitions: nil, output: output, progress: progress)
        return try await run.execute()
    }

    /// Cleans the files of a place, in their order, into one table; columns that their folders' names state belong to the
    /// rows of Parquet files. See ``clean(_:to:progress:)``.
    public func clean(
        _ files: DataFiles, to output: CleaningOutput, progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        try options.check()
        let run = CleaningRun(
            plan: plan, options: options, inputs: files.files.map { files.input($0) }, partitions: files.partitions,
            output: output, progress: progress)
        return try await run.execute()
    }

    /// Cleans objects of a store, in this order, into one table; see ``clean(_:to:progress:)``.
    public func clean(
        _ keys: [ObjectKey], in store: any ObjectStore, to output: CleaningOutput,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        var inputs: [any RandomAccessInput] = []
        for key in keys { inputs.append(try await StoredObjectInput(store: store, key: key)) }
        return try await clean(inputs, to: output, progress: progress)
    }
}
