package import DataPrep
package import JobSupport
package import StorageIO

/// Cleans a place into one Parquet or CSV file or a folder of Parquet files, and writes the report beside it when asked, also
/// when rules dropped too much for the output to be published.
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

    package func run() async throws -> CleaningReport {
        try await stores.checkOutputs([output, report], against: [input])
        let source = try await DataFiles.find(stores.resolve(input))
        do {
            let result = try await Cleaner(plan: plan, options: options).clean(
                source, to: .place(stores.resolve(output))
            ) { [progress] state in progress(JobProgress(state)) }
            try await write(result)
            return result
        } catch CleaningError.droppedTooMuch(let result) {
            try await write(result)
            throw CleaningError.droppedTooMuch(result)
        }
    }

    private func write(_ result: CleaningReport) async throws {
        guard let report else { return }
        let place = try stores.resolve(report)
        let bytes = report.lowercased().hasSuffix(".json") ? try result.json() : Array(result.html().utf8)
        try await place.store.put(bytes, to: place.key())
    }
}

extension JobProgress {
    fileprivate init(_ progress: CleaningProgress) {
        self.init(
            done: progress.bytesRead, total: progress.bytesTotal, unit: "bytes",
            detail: "\(progress.phase.rawValue), \(progress.rows) rows")
    }
}
