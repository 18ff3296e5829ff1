package import DataPrep
package import StorageIO

/// Cleans a place into one Parquet file or a folder of them, and writes the report beside it when asked.
package struct CleaningJob: Sendable {
    private let input: String
    private let output: String
    private let plan: CleaningPlan
    private let report: String?
    private let options: CleaningOptions
    private let stores: ObjectStores
    private let progress: ProgressHandler

    /// - Parameters:
    ///   - output: one file; a folder of part files when it ends with `/`.
    ///   - report: a file that ends in `.html`, or in `.json`.
    package init(
        input: String, output: String, plan: CleaningPlan, report: String?, options: CleaningOptions,
        stores: ObjectStores, progress: @escaping ProgressHandler = { _ in }
    ) {
        self.input = input
        self.output = output
        self.plan = plan
        self.report = report
        self.options = options
        self.stores = stores
        self.progress = progress
    }

    /// Rows of a file of a folder, when the output is one.
    private static let rowsPerFile = 10_000_000

    package func run() async throws -> CleaningReport {
        let source = try await DataFiles.find(stores.resolve(input))
        let target = try stores.resolve(output)
        let destination: CleaningOutput =
            target.location.isFolder
            ? .folder(try target.key(), in: target.store, rowsPerFile: Self.rowsPerFile)
            : .file(try target.key(), in: target.store)
        let result = try await Cleaner(plan: plan, options: options).clean(
            source.files.map(\.key), in: source.place.store, to: destination
        ) { [progress] state in progress(JobProgress(state)) }
        if let report {
            let place = try stores.resolve(report)
            let bytes = report.lowercased().hasSuffix(".json") ? try result.json() : Array(result.html().utf8)
            try await place.store.put(bytes, to: place.key())
        }
        return result
    }
}

extension JobProgress {
    fileprivate init(_ progress: CleaningProgress) {
        self.init(
            done: progress.bytesRead, total: progress.bytesTotal, unit: "bytes",
            detail: "\(progress.phase.rawValue), \(progress.rows) rows")
    }
}
