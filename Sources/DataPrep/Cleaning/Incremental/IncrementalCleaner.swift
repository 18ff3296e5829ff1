import Parallelism
public import StorageIO

/// Keeps a growing data set clean: each run cleans only the new files, and adds their rows as one file in one step.
///
///     let cleaner = IncrementalCleaner(plan: CleaningPlan())
///     let report = try await cleaner.clean(raw, to: clean)        // again and again
///
/// After any number of runs the data set has the rows that one ``Cleaner`` run over all files, in the order in which
/// they were cleaned and with the same fences, would keep. A transaction_id that an earlier run has seen is a
/// duplicate; the fences are those that the first run measured. The state of the runs is stored in the folder
/// `_incremental` of the data set, in any store.
///
/// Publishing the run's data file is the step that counts: readers that list the folder see the rows of all runs before
/// it, or of it as well. A run that is killed before that step has no effect, and after one that is killed later, the
/// next run completes the state.
public struct IncrementalCleaner: Sendable {
    /// What a run does.
    public enum Mode: Sendable, Hashable {
        /// Appends the rows of new files.
        case append
        /// Cleans all existing files, and replaces the data set. The fences stay, unless the plan has another rule for
        /// outliers.
        case rebuild
        /// As ``rebuild``, with fences measured over all files.
        case refitFences
    }

    /// What is dropped and repaired.
    public var plan: CleaningPlan
    /// How a cleaning uses the machine.
    public var options: CleaningOptions

    /// A cleaner for any number of runs and data sets.
    public init(plan: CleaningPlan = CleaningPlan(), options: CleaningOptions = CleaningOptions()) {
        self.plan = plan
        self.options = options
    }

    /// Cleans the new files of a location into a folder.
    ///
    /// On any error, and when the task is cancelled, the data set stays unchanged.
    /// - Parameters:
    ///   - input: a file, folder or pattern. Files that earlier runs have cleaned are skipped; they must still be there, and
    ///     unchanged.
    ///   - folder: the data set; a location that ends with `/`. Nothing but incremental runs may write to it.
    ///   - rejects: a folder to which the run adds a file with every row that it dropped, as a table of
    ///     ``RejectedRows/schema``. It may be shared by several data sets.
    ///   - progress: called from time to time, from one task.
    /// - Returns: what the run has read, dropped and kept; ``CleaningReport/increment`` describes the whole data set.
    /// - Throws: ``IncrementalCleaningError``; ``CleaningError``, as `Cleaner.clean` does;
    ///   `DataSetError`, `CSVError`, `ParquetError`, `JSONLinesError`, `ObjectStoreError`.
    public func clean(
        _ input: StorageLocation, to folder: StorageLocation, mode: Mode = .append, rejects: StorageLocation? = nil,
        progress: (@Sendable (CleaningProgress) -> Void)? = nil
    ) async throws -> CleaningReport {
        guard plan.duplicates == .transactionID else {
            throw IncrementalCleaningError.unsupportedPlan(
                reason:
                    "only transaction_ids are remembered from run to run, not whole rows; use duplicates by transactionID"
            )
        }
        return try await IncrementalSession.clean(
            .transactions(plan), options, input, to: folder, mode, rejects, progress)
    }
}
