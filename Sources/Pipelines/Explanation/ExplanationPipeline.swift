public import Columnar
public import Essentials
import Features
public import ModelKit
import Parallelism
public import Scoring
public import StorageIO

/// Explains the scores that a model gives the rows of a data set: what each feature adds, and the strongest reasons in words.
///
/// Features are computed as `DataSetScorer` does. Rows come in the data set's order if that is the order of time, else in the
/// order of time. Memory does not grow with the number of rows, except for a model with a plan whose rows are not in the order of time.
public struct ExplanationPipeline: Sendable {
    /// Rows that the strength of a feature's effect is plotted with.
    private static let plottedRows = 1_000
    /// Rows explained at once: contributions of 100 features take 50 MB.
    private static let rowsAtOnce = 1 << 16

    private let data: String
    private let model: FraudModel
    private let method: ExplanationMethod
    private let background: String?
    private let backgroundRows: Int
    private let reasons: Int
    private let stores: ObjectStoreRegistry
    private let threads: Int
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - data: the location of the transactions.
    ///   - model: what scores them.
    ///   - method: how features count that are not known.
    ///   - background: the location of transactions that the interventional method compares with, such as those of training.
    ///   - backgroundRows: how many of them, drawn at random by their positions, always the same.
    ///   - reasons: how many reasons each row gets at most.
    ///   - stores: finds data and background.
    ///   - threads: threads that compute; the result does not depend on them.
    ///   - progress: gets rows read.
    public init(
        data: String, model: FraudModel, method: ExplanationMethod = .treePath, background: String? = nil,
        backgroundRows: Int = 500, reasons: Int = 3, stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.data = data
        self.model = model
        self.method = method
        self.background = background
        self.backgroundRows = backgroundRows
        self.reasons = reasons
        self.stores = stores
        self.threads = threads
        self.progress = progress
    }

    /// The column of ids, as the features' computation gives it; nil where the data have none.
    private func idField(_ table: Schema) throws -> Field? {
        guard let id = model.idColumn(of: table) else { return nil }
        switch model.features {
        case .pipeline: return Field(id.name, .int64)
        case .columns: return Field(id.name, table.fields[id.index].type)
        case .plan(_, let schema):
            return try schema.tableSchema().fields.first { $0.name == id.name }.map { Field(id.name, $0.type) }
        }
    }

    /// Explains all rows.
    /// - Parameters:
    ///   - start: called with the tables' columns before the first one, and again when rows turn out to be out of the order of
    ///     time: the tables so far are void then.
    ///   - write: gets tables with the rows' id (where the data have one), `probability`, `base_value`, and for each reason k from 1
    ///     `reason_k`, `feature_k`, `value_k` and `contribution_k`; null where there is no score or no such reason.
    /// - Throws: ``PipelineError`` for settings that contradict one another, and for columns that are missing or unusable;
    ///   `ModelError` for a classifier without contributions; what reading and `write` throw; `CancellationError`.
    public func run(
        starting start: (Schema) async throws -> Void = { _ in },
        into write: (RecordBatch) async throws -> Void = { _ in }
    ) async throws -> ExplanationResult {
        guard method == .interventional || background == nil else {
            throw PipelineError.contradictorySettings("a background needs the interventional method")
        }
        let explainer = try await explainer()
        let dataSet = try await DataSet.open(data, stores: stores)
        let codes = ReasonCodes(model.features)
        let id = try PipelineError.naming(data) { try idField(dataSet.schema) }
        let schema = try ExplainedRows.schema(id: id, reasons: reasons)
        try await start(schema)
        var summary = ContributionSummary(
            features: model.features.names, plottedRows: Self.plottedRows, baseValue: explainer.baseValue)
        var isVoid = false
        let use = try await naming(data) {
            try await FeatureReplay(model, history: .automatic, labelled: true).run(
                dataSet, threads: threads,
                progress: { done in
                    progress(
                        WorkProgress(
                            done: done.rows, total: dataSet.rowCount, unit: "rows",
                            detail: done.phase == .sorting ? "bringing rows into the order of time" : "explaining"))
                }
            ) {
                isVoid = true
            } into: { rows in
                if isVoid {
                    summary = ContributionSummary(
                        features: model.features.names, plottedRows: Self.plottedRows, baseValue: explainer.baseValue)
                    isVoid = false
                    try await start(schema)
                }
                let unscored = Set(rows.unscored)
                for first in stride(from: 0, to: rows.rows.count, by: Self.rowsAtOnce) {
                    let range = first..<min(rows.rows.count, first + Self.rowsAtOnce)
                    let part = ExplainedRows(
                        ids: id.flatMap { id in rows.ids.map { (id.name, $0.slice(range)) } },
                        features: rows.features.slice(range), unscored: unscored, firstRow: first,
                        explanation: try await explainer.explain(rows.features.slice(range), threads: threads))
                    let (classifier, reasons, threads) = (model.classifier, reasons, threads)
                    let table = try await onDedicatedThread(named: "reasons") { _ in
                        try part.table(classifier, codes, reasons: reasons, threads: threads)
                    }
                    try await write(table)
                    summary.add(part, numbers: rows.rows[range])
                }
            }
        }
        return ExplanationResult(
            data: data, method: method, scale: explainer.scale, history: use, summary: summary)
    }

    private func explainer() async throws -> ScoreExplainer {
        guard method == .interventional else { return try ScoreExplainer(model.classifier) }
        guard let background else {
            throw PipelineError.contradictorySettings("interventional explanations need a background")
        }
        let dataSet = try await DataSet.open(background, stores: stores)
        let (classifier, threads) = (model.classifier, threads)
        let sampled = Lock(RowSample<[Float]>(limit: backgroundRows))
        _ = try await naming(background) {
            try await FeatureReplay(model, history: .automatic, labelled: true).run(
                dataSet, threads: threads,
                progress: { done in
                    progress(
                        WorkProgress(
                            done: done.rows, total: dataSet.rowCount, unit: "rows", detail: "reading the background"))
                }
            ) {
                sampled.withLock { $0 = RowSample<[Float]>(limit: backgroundRows) }
            } into: { rows in
                let unscored = Set(rows.unscored)
                sampled.withLock { sample in
                    for (index, number) in rows.rows.enumerated() where !unscored.contains(index) {
                        sample.offer(number) { rows.features.columns.map { $0[index] } }
                    }
                }
            }
        }
        let rows = sampled.withLock { $0.rows }
        guard !rows.isEmpty else {
            throw PipelineError.unusableData(location: background, reason: "there are no rows to compare with")
        }
        let matrix = try FeatureMatrix(
            names: model.features.names,
            columns: model.features.names.indices.map { feature in rows.map { $0[feature] } })
        return try await computeOnDedicatedThread(named: "background") { _ in
            try ScoreExplainer(classifier, method: .interventional, background: matrix, threads: threads)
        }
    }

    private func naming<Value>(_ location: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            // Errors about columns do not know the location.
            try PipelineError.naming(location) { () throws -> Void in throw error }
            throw error
        }
    }
}
