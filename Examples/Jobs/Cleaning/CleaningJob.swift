package import DataPrep
import JobSupport
package import StorageIO

/// Cleans a location into one Parquet or CSV file or a folder of Parquet files, or adds what is new there to a data set. Writes
/// the report if requested, even when rules dropped too much for the output to be published.
package struct CleaningJob: Sendable {
    private let input: String
    private let output: String
    private let choice: CleaningChoice
    private let report: String?
    private let rejects: String?
    private let mode: IncrementalCleaner.Mode?
    private let options: CleaningOptions
    private let stores: ObjectStoreRegistry
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - output: one file; a folder of part files when it ends with `/`.
    ///   - report: a file that ends in `.html`, or in `.json`.
    ///   - rejects: where dropped rows go: one file; a folder when it ends with `/`.
    ///   - incremental: what a run on a growing data set does; nil for one that writes the whole output.
    package init(
        input: String, output: String, choice: CleaningChoice, report: String?, rejects: String? = nil,
        incremental mode: IncrementalCleaner.Mode? = nil, options: CleaningOptions,
        stores: ObjectStoreRegistry, progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.input = input
        self.output = output
        self.choice = choice
        self.report = report
        self.rejects = rejects
        self.mode = mode
        self.options = options
        self.stores = stores
        self.progress = progress
    }

    package func run() async throws -> CleaningReport {
        try await stores.checkOutputs([output, report, rejects], against: [input])
        do {
            let result = try await clean()
            try await write(result)
            return result
        } catch CleaningError.droppedTooMuch(let result) {
            try await write(result)
            throw CleaningError.droppedTooMuch(result)
        }
    }

    private func clean() async throws -> CleaningReport {
        let source = try stores.resolve(input), target = try stores.resolve(output)
        let rejects = try rejects.map(stores.resolve)
        let progress: @Sendable (CleaningProgress) -> Void = { [progress] state in progress(WorkProgress(state)) }
        switch choice {
        case .transactions(let plan):
            if let mode {
                return try await IncrementalCleaner(plan: plan, options: options).clean(
                    source, to: target, mode: mode, rejects: rejects, progress: progress)
            }
            return try await Cleaner(plan: plan, options: options).clean(
                DataFiles.find(source), to: .location(target), rejects: rejects, progress: progress)
        case .table(let schema, let plan):
            let cleaner = TableCleaner(schema: schema, plan: plan, options: options)
            if let mode {
                return try await IncrementalTableCleaner(cleaner).clean(
                    source, to: target, mode: mode, rejects: rejects, progress: progress)
            }
            return try await cleaner.clean(
                DataFiles.find(source), to: .location(target), rejects: rejects, progress: progress)
        }
    }

    private func write(_ result: CleaningReport) async throws {
        guard let report else { return }
        let location = try stores.resolve(report)
        let bytes = report.lowercased().hasSuffix(".json") ? try result.json() : Array(result.html().utf8)
        try await location.store.put(bytes, to: location.key())
    }
}

extension WorkProgress {
    fileprivate init(_ progress: CleaningProgress) {
        self.init(
            done: progress.bytesRead, total: progress.bytesTotal, unit: "bytes",
            detail: "\(progress.phase.rawValue), \(progress.rows) rows")
    }
}
