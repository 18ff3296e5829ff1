import DataPrep
import Logging
import Parallelism
import Scoring

/// What the thread of a ``ScoringStream`` does: reads, scores, hands results to the producer, and commits what is
/// acknowledged. Confined to that thread.
final class ScoringLoop {
    private static let commitTimeout = Duration.seconds(5)
    /// How long messages are held back when no partition moves.
    private static let patience = Duration.seconds(5)
    /// Most messages held back, in batches; then partitions that run ahead are paused.
    private static let heldBatches = 50

    private let settings: ScoringStreamSettings
    private let logger: Logger
    private let models: ModelInbox
    private let control: ConsumerControl
    private let recorder: ScoringRecorder
    private let producer: ProducerThread
    private let session: ConsumerSession

    private var merge: PartitionMerge
    private var lastPass = ContinuousClock.now
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
        merge = PartitionMerge(alignment: settings.alignment)
        session = try ConsumerSession(configuration, settings.consumer, logger: logger)
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
        session.onRevoke = { [unowned self] partitions, isLost in
            merge.remove(partitions)
            revoke(isLost: isLost, cancellation)
        }
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
        case .atEndOfTopic: session.isAtEnd && merge.count == 0
        }
    }

    private func stream(_ scorer: OnlineScorer, _ cancellation: CancellationFlag) throws {
        var batch = ConsumedBatch()
        var passed = PartitionMerge.Passed()
        var microBatches = MicroBatchScorer(scorer, threads: settings.threads)
        while !control.isStopping {
            try cancellation.check()
            if let failure { throw failure }
            try settle()
            guard pending.count < max(1, settings.batchesInFlight) else {
                pending.wait(atMost: .milliseconds(50))
                continue
            }
            // What was held back may pass by now; then there is nothing to wait for.
            let isBusy = passed.count > 0 && merge.count > 0
            try session.poll(into: &batch, timeout: isBusy ? .zero : settings.consumer.batchWait)
            recorder.noteLag(session.lag.total + Int64(merge.count), skippedOffsets: session.skippedOffsets)
            merge.append(batch)
            pass(into: &passed)
            guard passed.count > 0 else {
                if isFinished { return }
                continue
            }
            if let model = models.take() { try replaceModel(of: scorer, with: model) }
            try score(passed, &microBatches)
            if case .afterRecords = settings.end, isFinished { return }
        }
    }

    /// Takes what may be scored now, and keeps partitions that run ahead from filling the memory.
    private func pass(into passed: inout PartitionMerge.Passed) {
        var bound = merge.bound(waitingFor: session.partitionsWithMore)
        if merge.count == 0 || lastPass.duration(to: .now) > Self.patience { bound = .max }
        var limit = max(1, settings.consumer.batchMessages)
        if case .afterRecords(let count) = settings.end { limit = min(limit, count - records) }
        merge.pass(upTo: bound, limit: limit, into: &passed)
        if passed.count > 0 || merge.count == 0 { lastPass = .now }
        restrain(bound)
    }

    /// Pauses partitions that run ahead while much is held back; those that the others wait for never are among them.
    private func restrain(_ bound: Int64) {
        let most = Self.heldBatches * max(1, settings.consumer.batchMessages)
        if merge.count > most {
            session.pauseOnly(Set(merge.partitions(ahead: bound)))
        } else if !session.paused.isEmpty {
            session.pauseOnly(merge.count > most / 2 ? session.paused.intersection(merge.partitions(ahead: bound)) : [])
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

    private func score(_ passed: PartitionMerge.Passed, _ microBatches: inout MicroBatchScorer) throws {
        let start = ContinuousClock.now
        recorder.noteStart(at: start)
        var results = MessageBatch()
        let predictedFrauds = try microBatches.score(passed.transactions, into: &results)
        records += passed.count
        recorder.noteScored(records: passed.count, malformed: passed.letters.count, predictedFrauds: predictedFrauds)
        if let letter = passed.letters.first {
            logger.warning(
                "\(passed.letters.count) malformed messages; first: \(letter.partition) offset \(letter.offset): \(letter.problem)"
            )
        }
        send(results, deadLetters(passed.letters), passed, start)
    }

    private func deadLetters(_ letters: [DeadLetter]) -> MessageBatch {
        var batch = MessageBatch()
        guard settings.deadLetterTopic != nil else { return batch }
        for letter in letters {
            if let key = letter.key {
                batch.append(key: key, value: letter.value)
            } else {
                batch.append(value: letter.value)
            }
        }
        return batch
    }

    private func send(
        _ results: MessageBatch, _ deadLetters: MessageBatch, _ passed: PartitionMerge.Passed,
        _ start: ContinuousClock.Instant
    ) {
        let parts = [(results, settings.resultTopic), (deadLetters, settings.deadLetterTopic ?? "")]
            .filter { !$0.0.isEmpty }
        let underWay = PendingBatches.Batch(
            passed.position, records: passed.count, start: start, parts: parts.count, pending.signal)
        pending.append(underWay)
        for (messages, topic) in parts {
            producer.submit(Submission(messages, topic: topic) { underWay.finishPart($0, topic: topic) })
        }
    }

    // MARK: Committing

    /// Takes note of acknowledgements, and commits now and then.
    private func settle() throws {
        for batch in try pending.takeDone() {
            recorder.noteAcknowledged(records: batch.records, start: batch.start)
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
