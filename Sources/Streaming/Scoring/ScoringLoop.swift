import DataPrep
import Logging
import Parallelism
import Scoring

/// What the thread of a ``ScoringStream`` does: reads, scores, hands results to the producer, and commits what is
/// acknowledged. Confined to that thread.
final class ScoringLoop {
    private static let commitTimeout = Duration.seconds(5)

    private let settings: ScoringStreamSettings
    private let logger: Logger
    private let models: ModelInbox
    private let control: ConsumerControl
    private let recorder: ScoringRecorder
    private let producer: ProducerThread
    private let session: ConsumerSession

    private let pending = PendingBatches()
    /// Acknowledged, and not known to be committed.
    private var uncommitted = ConsumerPosition()
    private var lastCommit = ContinuousClock.now
    private var records = 0
    private var failure: (any Error)?

    init(
        _ configuration: KafkaConfiguration, _ settings: ScoringStreamSettings, logger: Logger, models: ModelInbox,
        control: ConsumerControl, recorder: ScoringRecorder, producer: ProducerThread
    ) throws(KafkaError) {
        self.settings = settings
        self.logger = logger
        self.models = models
        self.control = control
        self.recorder = recorder
        self.producer = producer
        var consumer = settings.consumer
        if case .afterRecords(let count) = settings.end {
            consumer.batchMessages = min(consumer.batchMessages, max(1, count))
        }
        session = try ConsumerSession(configuration, consumer, logger: logger)
    }

    func run(_ state: FeatureState?, _ cancellation: CancellationFlag) throws {
        control.open(session.queue)
        defer {
            control.close()
            session.onRevoke = nil
            session.close(within: cancellation.isCancelled ? .milliseconds(500) : settings.consumer.drainTimeout)
        }
        guard let model = try firstModel(cancellation) else { return }
        let scorer = try OnlineScorer(model, state: state)
        _ = try session.partitionCount(
            of: settings.inputTopic, within: settings.consumer.startTimeout, cancellation)
        session.onRevoke = { [unowned self] _, isLost in revoke(isLost: isLost, cancellation) }
        try session.subscribe([settings.inputTopic])
        try stream(scorer, cancellation)
        try drain(cancellation)
    }

    private func firstModel(_ cancellation: CancellationFlag) throws -> FraudModel? {
        while !control.isStopping {
            try cancellation.check()
            if let model = try models.wait(atMost: .milliseconds(100)) { return model }
        }
        return nil
    }

    private var isFinished: Bool {
        switch settings.end {
        case .never: false
        case .afterRecords(let count): records >= count
        case .atEndOfTopic: session.isAtEnd
        }
    }

    private func stream(_ scorer: OnlineScorer, _ cancellation: CancellationFlag) throws {
        var batch = ConsumedBatch()
        var microBatches = MicroBatchScorer(scorer, threads: settings.threads)
        while !control.isStopping {
            try cancellation.check()
            if let failure { throw failure }
            try settle()
            guard pending.count < max(1, settings.batchesInFlight) else {
                pending.wait(atMost: .milliseconds(50))
                continue
            }
            try session.poll(into: &batch, timeout: settings.consumer.batchWait)
            recorder.noteLag(session.lag.total, skippedOffsets: session.skippedOffsets)
            if batch.isEmpty {
                if isFinished { return }
                continue
            }
            if case .afterRecords(let count) = settings.end { batch.keepFirst(count - records) }
            if let model = models.take() { try replaceModel(of: scorer, with: model) }
            try score(batch, &microBatches)
            if case .afterRecords = settings.end, isFinished { return }
        }
    }

    private func replaceModel(of scorer: OnlineScorer, with model: FraudModel) throws {
        do {
            let hasKeptHistory = try scorer.replaceModel(with: model)
            recorder.noteModelReplacement()
            logger.info(
                "scoring with another model\(hasKeptHistory ? "" : "; its windows differ: history starts anew")")
        } catch {
            logger.error("a new model cannot be used, the earlier one stays: \(error)")
        }
    }

    private func score(_ batch: ConsumedBatch, _ microBatches: inout MicroBatchScorer) throws {
        let arrival = ContinuousClock.now
        recorder.noteArrival(at: arrival)
        var results = MessageBatch()
        let outcome = try microBatches.score(batch, into: &results)
        records += batch.count
        recorder.noteScored(
            records: batch.count, malformed: outcome.malformed.count, predictedFrauds: outcome.predictedFrauds)
        if let index = outcome.malformed.first, let problem = outcome.firstProblem {
            logger.warning(
                "\(outcome.malformed.count) malformed messages; first at \(batch.partition(at: index)) offset \(batch.messages[index].offset): \(problem)"
            )
        }
        send(results, deadLetters(batch, outcome.malformed), of: batch, arrival)
    }

    private func deadLetters(_ batch: ConsumedBatch, _ malformed: [Int]) -> MessageBatch {
        var letters = MessageBatch()
        guard settings.deadLetterTopic != nil else { return letters }
        for index in malformed {
            let value = batch.value(at: index) ?? []
            if let key = batch.key(at: index) {
                letters.append(key: key, value: value)
            } else {
                letters.append(value: value)
            }
        }
        return letters
    }

    private func send(
        _ results: MessageBatch, _ deadLetters: MessageBatch, of batch: ConsumedBatch,
        _ arrival: ContinuousClock.Instant
    ) {
        let parts = [(results, settings.resultTopic), (deadLetters, settings.deadLetterTopic ?? "")].filter {
            !$0.0.isEmpty
        }
        let underWay = PendingBatches.Batch(
            batch.position, records: batch.count, arrival: arrival, parts: parts.count, pending.signal)
        pending.append(underWay)
        for (messages, topic) in parts {
            producer.submit(Submission(messages, topic: topic) { underWay.finishPart($0, topic: topic) })
        }
    }

    // MARK: Committing

    /// Takes note of acknowledgements, and commits now and then.
    private func settle() throws {
        for batch in try pending.takeDone() {
            recorder.noteAcknowledged(records: batch.records, arrival: batch.arrival)
            uncommitted.advance(to: batch.position)
        }
        guard !uncommitted.isEmpty, lastCommit.duration(to: .now) >= settings.commitInterval else { return }
        lastCommit = .now
        // Should it fail, the next one covers it: positions only grow.
        try session.commit(uncommitted)
    }

    /// Waits for the results under way, as far as they come in time, and commits.
    private func finishPending(_ cancellation: CancellationFlag) throws {
        let deadline = ContinuousClock.now + settings.consumer.drainTimeout
        try settle()
        while pending.count > 0, deadline > .now {
            try cancellation.check()
            pending.wait(atMost: .milliseconds(50))
            try settle()
        }
        try session.commit(uncommitted, within: Self.commitTimeout, cancellation)
        uncommitted = ConsumerPosition()
    }

    private func revoke(isLost: Bool, _ cancellation: CancellationFlag) {
        // Lost partitions are another member's already: it reads again what is not committed.
        guard !isLost else { return }
        do {
            try finishPending(cancellation)
        } catch {
            failure = failure ?? error
        }
    }

    private func drain(_ cancellation: CancellationFlag) throws {
        try finishPending(cancellation)
        recorder.noteLag(session.lag.total, skippedOffsets: session.skippedOffsets)
        guard pending.count == 0 else {
            logger.warning("\(pending.count) micro-batches are not acknowledged in time; they will be read again")
            return
        }
    }
}
