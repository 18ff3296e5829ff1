import Features
import Parallelism
import Scoring

/// One run of a ``ScoringStream``: waits for the first model, which decides what the messages are, and scores them.
struct ScoringRun {
    private let connections: ScoringConnections
    /// Called once, with the scorer that is used from then on.
    private let onStart: (OnlineScorer) -> Void

    init(_ connections: ScoringConnections, onStart: @escaping (OnlineScorer) -> Void) {
        self.connections = connections
        self.onStart = onStart
    }

    /// - Parameters:
    ///   - state: The history to begin with, for a pipeline's features.
    ///   - history: The same for a plan's.
    func run(_ state: FeatureState?, _ history: FeatureHistory?, _ cancellation: CancellationFlag) throws {
        connections.control.open(connections.session.queue)
        defer {
            connections.control.close()
            connections.labels?.close()
            connections.session.close(
                within: cancellation.isCancelled
                    ? .milliseconds(500) : connections.settings.consumer.drainTimeout)
        }
        guard let model = try firstModel(cancellation) else { return }
        let scorer = try OnlineScorer(
            model, state: state, history: history, digests: connections.settings.featureDigests)
        onStart(scorer)
        if let engine = model.engine {
            try ScoringLoop(RecordMessages(engine), scorer, connections).run(cancellation)
        } else {
            try ScoringLoop(HandbookMessages(), scorer, connections).run(cancellation)
        }
    }

    private func firstModel(_ cancellation: CancellationFlag) throws -> FraudModel? {
        while !connections.control.isStopping {
            try cancellation.check()
            if let model = try connections.models.wait(atMost: .milliseconds(100)) { return model }
        }
        return nil
    }
}
