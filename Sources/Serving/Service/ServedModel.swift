import Logging
import Parallelism
import Scoring

/// The model that requests are scored with, and what `GET /health` says of it.
final class ServedModel: Sendable {
    struct State {
        var scorer: OnlineScorer?
        /// How requests to a model with a plan are read; nil for one that scores the Handbook's columns.
        var bodies: RecordBodies?
        /// Why the newest model is not in use.
        var refusal: String?
        var isShuttingDown = false
    }

    private let logger: Logger
    private let guarded = Lock(State())

    init(logger: Logger) {
        self.logger = logger
    }

    var state: State { guarded.withLock { $0 } }

    /// Nil until the first model is loaded.
    var scorer: OnlineScorer? { guarded.withLock { $0.scorer } }

    /// What scores, and how its requests are read; nil until the first model is loaded.
    var served: (scorer: OnlineScorer, bodies: RecordBodies?)? {
        guarded.withLock { state in state.scorer.map { ($0, state.bodies) } }
    }

    /// Scores with that model from now on.
    /// - Throws: `ScoringError` for a model that cannot score single transactions, or those of another schema than the earlier
    ///   one; the earlier one then stays.
    func use(_ model: FraudModel) throws {
        let bodies = try model.engine.map { try RecordBodies($0) }
        let scorer: OnlineScorer
        if let current = self.scorer {
            try current.replaceModel(with: model)
            scorer = current
        } else {
            scorer = try OnlineScorer(model)
        }
        guarded.withLock { state in
            state.scorer = scorer
            state.bodies = bodies
            state.refusal = nil
        }
        logger.info("model in use", metadata: ["created_at": "\(model.provenance.createdAt)"])
    }

    /// Reports that a later model cannot be used.
    func noteRefusal(of model: FraudModel, _ error: any Error) {
        guarded.withLock { $0.refusal = "\(error)" }
        logger.error(
            "the new model cannot be used, the earlier one stays",
            metadata: ["created_at": "\(model.provenance.createdAt)", "error": "\(error)"])
    }

    func noteShutdown(_ isShuttingDown: Bool) { guarded.withLock { $0.isShuttingDown = isShuttingDown } }
}
