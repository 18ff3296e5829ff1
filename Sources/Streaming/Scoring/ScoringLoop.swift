import Logging
import Parallelism
import Scoring

/// The loop of a ``ScoringStream``'s thread: reads, scores, passes results to the producer, and commits what is
/// acknowledged. Confined to that thread.
final class ScoringLoop<Messages: TransactionMessages> {
    private static var commitTimeout: Duration { .seconds(5) }
    /// How long messages are held back when no partition moves.
    private static var holdTimeout: Duration { .seconds(5) }
    /// Most messages held back, in batches; then partitions that run ahead are paused.
    private static var heldBatches: Int { 50 }

    private let settings: ScoringStreamSettings
    private let logger: Logger
    private let models: PendingModel
    private let control: ConsumerControl
    private let recorder: ScoringRecorder
    private let producer: ProducerThread
    private let session: ConsumerSession
    private let labels: LabelFeed?
    private let scorer: OnlineScorer
    private var messages: Messages

    private var merge: PartitionMerge<Messages>
    private var lastPass = ContinuousClock.now
    private let pending: PendingBatches
    /// Acknowledged, and not known to be committed.
    private var uncommitted = ConsumerPosition()
    private var lastCommit = ContinuousClock.now
    private var records = 0
    private var failure: (any Error)?
    private let deadLetters: DeadLetterSender
    private var silence = LabelSilenceWatch()

    /// - Parameters:
    ///   - messages: What the scorer's model scores.
    init(_ messages: Messages, _ scorer: OnlineScorer, _ connections: ScoringConnections) {
        self.messages = messages
        self.scorer = scorer
        settings = connections.settings
        logger = connections.logger
        models = connections.models
        control = connections.control
        recorder = connections.recorder
        producer = connections.producer
        session = connections.session
        labels = connections.labels
        pending = connections.pending
        deadLetters = connections.deadLetters
        merge = PartitionMerge(messages, alignment: messages.alignment(settings.alignment))
    }

    func run(_ cancellation: CancellationFlag) throws {
        defer { session.onRevoke = nil }
        let isReady = try session.awaitTopic(
            settings.inputTopic, within: settings.consumer.startTimeout, cancellation
        ) { control.isStopping }
        guard isReady, try readLabels(cancellation) else { return }
        session.onRevoke = { [unowned self] partitions, isLost in
            merge.remove(partitions)
            revoke(isLost: isLost, cancellation)
        }
        try session.subscribe([settings.inputTopic])
        try stream(cancellation)
        try drain(cancellation)
    }

    private var isFinished: Bool {
        switch settings.end {
        case .never: false
        case .afterRecords(let count): records >= count
        case .atEndOfTopic: session.isAtEnd && merge.count == 0
        }
    }

    private func stream(_ cancellation: CancellationFlag) throws {
        var batch = ConsumedBatch()
        var passed = PartitionMerge<Messages>.Passed()
        while !control.isStopping {
            try cancellation.check()
            if let failure { throw failure }
            try settle()
            guard pending.count < max(1, settings.batchesInFlight) else {
                pending.wait(atMost: .milliseconds(50))
                continue
            }
            try feedLabels(timeout: .zero)
            // Messages that were held back may pass now; then there is nothing to wait for.
            let isBusy = passed.count > 0 && merge.count > 0
            try session.poll(into: &batch, timeout: isBusy ? .zero : settings.consumer.batchWait)
            recorder.noteLag(session.lag.total + Int64(merge.count), skippedOffsets: session.skippedOffsets)
            batch.decode(into: &merge)
            pass(into: &passed)
            guard passed.count > 0 else {
                if isFinished { return noteEnd() }
                continue
            }
            if let model = models.take() { try replaceModel(with: model) }
            try score(passed)
            if case .afterRecords = settings.end, isFinished { return }
        }
    }

    // MARK: Labels

    /// Reads the existing labels, so that the first transactions are scored with them.
    /// - Returns: false when the stream is stopped meanwhile.
    private func readLabels(_ cancellation: CancellationFlag) throws -> Bool {
        guard let labels else { return true }
        guard try labels.start(cancellation, isStopping: { control.isStopping }) else { return false }
        var lastArrival = ContinuousClock.now
        while !labels.isCaughtUp {
            if control.isStopping { return false }
            try cancellation.check()
            try settle()
            guard pending.count < max(1, settings.batchesInFlight) else {
                pending.wait(atMost: .milliseconds(50))
                continue
            }
            if try feedLabels(timeout: .milliseconds(50)) > 0 { lastArrival = .now }
            guard lastArrival.duration(to: .now) < settings.consumer.startTimeout else {
                logger.warning("not all labels could be read; scoring begins with those that came")
                break
            }
        }
        return true
    }

    /// Applies the labels that have arrived.
    /// - Returns: how many messages there were.
    @discardableResult
    private func feedLabels(timeout: Duration) throws -> Int {
        guard let labels else { return 0 }
        let arrivals = try labels.feed(messages, scorer, timeout: timeout)
        guard arrivals.labels + arrivals.malformed > 0 else { return 0 }
        recorder.noteLabels(arrivals.labels, malformed: arrivals.malformed)
        let parts = deadLetters.send(arrivals.deadLetters, "malformed labels")
        if !parts.isEmpty {
            pending.append(
                PendingBatches.Batch(position: arrivals.position, records: 0, start: .now, parts: parts))
        }
        return arrivals.labels + arrivals.malformed
    }

    private func noteEnd() {
        guard session.assignedPartitions.isEmpty else { return }
        logger.warning(
            "the group '\(settings.consumer.group)' gives this member no partition of '\(settings.inputTopic)': others read them all"
        )
    }

    /// Takes what may be scored now, and limits the memory of partitions that run ahead.
    private func pass(into passed: inout PartitionMerge<Messages>.Passed) {
        var bound = merge.bound(waitingFor: session.partitionsWithMore)
        if merge.count == 0 || lastPass.duration(to: .now) > Self.holdTimeout { bound = .max }
        var total = Int.max
        if case .afterRecords(let count) = settings.end { total = count - records }
        merge.pass(upTo: bound, limit: max(1, settings.consumer.batchMessages), total: total, into: &passed)
        if passed.count > 0 || merge.count == 0 { lastPass = .now }
        restrain(bound)
    }

    /// Pauses partitions that run ahead while much is held back; partitions that the others wait for are never paused.
    private func restrain(_ bound: Int64) {
        let most = Self.heldBatches * max(1, settings.consumer.batchMessages)
        if merge.count > most {
            session.pauseOnly(Set(merge.partitions(ahead: bound)))
        } else if !session.paused.isEmpty {
            session.pauseOnly(merge.count > most / 2 ? session.paused.intersection(merge.partitions(ahead: bound)) : [])
        }
    }

    private func replaceModel(with model: FraudModel) throws {
        do {
            let hasKeptHistory = try scorer.replaceModel(with: model)
            messages.adopt(model)
            if !hasKeptHistory { try labels?.restart() }
            recorder.noteModelReplacement()
            logger.info(
                "scoring with another model\(hasKeptHistory ? "" : "; its windows differ: the history starts again")")
        } catch {
            logger.error("a new model cannot be used, the earlier one stays: \(error)")
        }
    }

    private func score(_ passed: PartitionMerge<Messages>.Passed) throws {
        let start = ContinuousClock.now
        recorder.noteStart(at: start)
        var results = MessageBatch()
        let predictedFrauds = try messages.score(
            passed.transactions, by: scorer, threads: settings.threads, into: &results)
        records += passed.count
        recorder.noteScored(
            records: passed.count, malformed: passed.deadLetters.count, predictedFrauds: predictedFrauds)
        silence.look(at: scorer, recorder, logger)
        var parts = deadLetters.send(passed.deadLetters, "malformed messages")
        if !results.isEmpty {
            parts.append(Outgoing(.results(results), topic: settings.resultTopic, producer, pending.signal))
        }
        pending.append(
            PendingBatches.Batch(position: passed.position, records: passed.count, start: start, parts: parts))
    }

    // MARK: Committing

    /// Handles acknowledgements, and commits from time to time.
    private func settle() throws {
        for batch in try pending.takeDone(deadLetters.note) {
            guard batch.records > 0 else {
                labels?.commit(batch.position, within: Self.commitTimeout)
                continue
            }
            recorder.noteAcknowledged(records: batch.records, start: batch.start)
            uncommitted.advance(to: batch.position)
        }
        guard !uncommitted.isEmpty, lastCommit.duration(to: .now) >= settings.commitInterval else { return }
        lastCommit = .now
        // If it fails, the next commit covers it: positions only grow.
        try session.commit(uncommitted)
    }

    /// Waits for the results in flight until the timeout, and commits.
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
        // Lost partitions belong to another member already, which reads again what is not committed.
        guard !isLost else { return }
        do {
            try finishPending(cancellation)
        } catch let error as KafkaError where !error.isFatal {
            // The results are sent; the member that gets the partitions scores their messages again. Partitions that
            // stay here are committed with the next commit.
            logger.warning(
                "offsets of revoked partitions are not committed, their last messages will be read again: \(error)")
        } catch {
            failure = failure ?? error
        }
    }

    private func drain(_ cancellation: CancellationFlag) throws {
        let deadline = ContinuousClock.now + settings.consumer.drainTimeout
        while true {
            do {
                try finishPending(cancellation)
                break
            } catch let error as KafkaError where error.isChangeOfGroup {
                guard deadline > .now else {
                    logger.warning("the last offsets are not committed, their messages will be read again: \(error)")
                    break
                }
                // Takes part in the rebalance, which commits revoked partitions; the others are committed after it.
                var rest = ConsumedBatch()
                try session.poll(into: &rest, timeout: .milliseconds(100))
            }
        }
        recorder.noteLag(session.lag.total, skippedOffsets: session.skippedOffsets)
        guard pending.count == 0 else {
            logger.warning("\(pending.count) micro-batches are not acknowledged in time; they will be read again")
            return
        }
    }
}
