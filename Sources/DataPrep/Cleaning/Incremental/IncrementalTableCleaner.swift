public import StorageIO

/// Keeps a growing data set of any columns clean: each run cleans only the new files, and adds their rows as one file in one
/// step, as ``IncrementalCleaner`` does for the nine columns.
///
///     let cleaner = IncrementalTableCleaner(TableCleaner(schema: schema))
///     let report = try await cleaner.clean(raw, to: clean)        // again and again
///
/// What a rule for duplicates compares is remembered from run to run: integer ids as they are, other ids and combinations of columns
/// by 128 bits of a hash. Columns beside the schema are written as each run's files have them; a data set reads those that all of
/// its files have.
public struct IncrementalTableCleaner: Sendable {
    /// The schema, the rules, and how a cleaning uses the machine.
    public var cleaner: TableCleaner

    /// A cleaner for any number of runs and data sets.
    public init(_ cleaner: TableCleaner) { self.cleaner = cleaner }

    /// Cleans the new files of a location into a folder.
    ///
    /// On any error, and when the task is cancelled, the data set stays unchanged.
    /// - Parameters:
    ///   - input: a file, folder or pattern. Files that earlier runs have cleaned are skipped; they must still be there, and
    ///     unchanged.
    ///   - folder: the data set; a location that ends with `/`. Nothing but incremental runs may write to it.
    ///   - mode: what the run does with files that earlier runs have cleaned.
    ///   - rejects: a folder to which the run adds a file with every row that it dropped, as a table of
    ///     ``RejectedRows/schema``. It may be shared by several data sets.
    ///   - progress: called from time to time, from one task.
    /// - Returns: what the run has read, dropped and kept; ``CleaningReport/increment`` describes the whole data set.
    /// - Throws: ``IncrementalCleaningError``; everything that ``TableCleaner`` throws.
    public func clean(
        _ input: StorageLocation, to folder: StorageLocation, mode: IncrementalCleaner.Mode = .append,
        rejects: StorageLocation? = nil, progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        try await IncrementalSession.clean(
            .table(cleaner), cleaner.options, input, to: folder, mode, rejects, progress)
    }
}
