import Columnar
import Essentials
import Parallelism
public import StorageIO

/// Reads a data set once, in bounded memory, and describes it.
///
///     let dataSet = try await DataSet.open("transactions/", stores: stores)
///     let profile = try await DataProfiler(DataProfileRequest(label: .init("is_fraud"))).profile(dataSet)
///     print(profile.describe())
///
/// A column needs up to 30 MB, the id 50 MB more: values are counted exactly up to 100,000 different ones. Beyond, the number of different
/// values is estimated (HyperLogLog, standard error 0.8 %), quantiles are right within 0.3 % of the ranks (four standard
/// deviations), and counts of frequent values within 0.025 % of the rows. The same rows give the same profile, on any
/// number of threads.
public struct DataProfiler: Sendable {
    private let request: DataProfileRequest
    private let threads: Int
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - request: Which columns have a meaning.
    ///   - threads: Threads that decode, and as many that profile columns.
    ///   - progress: Gets the number of rows read so far.
    public init(
        _ request: DataProfileRequest = DataProfileRequest(), threads: Int = 2,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.request = request
        self.threads = max(1, threads)
        self.progress = progress
    }

    /// Reads all rows. Columns that not all files have are left out; a finding names them.
    /// - Throws: `ColumnarError.missingField` for a requested column that does not exist, `ColumnarError.typeMismatch` for one
    ///   that cannot have that meaning; what `DataSet.batches(columns:threads:)` throws; `CancellationError`.
    public func profile(_ dataSet: DataSet) async throws -> DataProfile {
        let start = ContinuousClock.now
        let run = try ProfileRun(dataSet.schema, request, threads: threads)
        var rows = 0
        for try await batch in dataSet.batches(columns: dataSet.schema.names, threads: threads) {
            try await computeOnDedicatedThread(named: "profile") { _ in run.add(batch) }
            rows += batch.rowCount
            progress(WorkProgress(done: Int64(rows), total: dataSet.rowCount, unit: "rows", detail: "profiling"))
        }
        let count = rows
        var profile = try await computeOnDedicatedThread(named: "profile") { _ in
            run.profile(dataSet, rows: count)
        }
        profile.seconds = start.duration(to: .now).inSeconds
        return profile
    }
}
