import Logging
import Parallelism

/// The loop of a ``KafkaConsumer``'s thread. Confined to that thread.
struct ConsumerLoop {
    /// How long a batch may wait for the reader before fetching is paused.
    private static let pauseDelay = Duration.milliseconds(500)
    private static let commitTimeout = Duration.seconds(10)
    private static let leaveTimeout = Duration.milliseconds(500)

    private let topics: [String]
    private let settings: ConsumerSettings
    private let control: ConsumerControl
    private let channel: BatchChannel<ConsumedBatch>
    private let session: ConsumerSession

    init(
        _ configuration: KafkaConfiguration, _ topics: [String], _ settings: ConsumerSettings, logger: Logger,
        control: ConsumerControl, channel: BatchChannel<ConsumedBatch>
    ) throws(KafkaError) {
        self.topics = topics
        self.settings = settings
        self.control = control
        self.channel = channel
        session = try ConsumerSession(configuration, settings, logger: logger)
    }

    func run(_ cancellation: CancellationFlag) throws {
        control.open(session.queue)
        defer {
            control.close()
            session.close(within: cancellation.isCancelled ? Self.leaveTimeout : settings.drainTimeout)
        }
        session.onRevoke = { [session, control, channel] partitions, isLost in
            // The last chance for commits that the reader has requested; a lost partition already belongs to another
            // member.
            let commits = control.takeCommits()
            Self.settle(commits, session, isLost ? nil : cancellation)
            if session.assignedPartitions.count == partitions.count { channel.discardQueued() }
        }
        var isReady = true
        for topic in topics where isReady {
            isReady = try session.awaitTopic(topic, within: settings.startTimeout, cancellation) { control.isStopping }
        }
        if isReady {
            try session.subscribe(topics)
            try read(cancellation)
        }
        try drain(cancellation)
    }

    private func read(_ cancellation: CancellationFlag) throws {
        var batch = ConsumedBatch()
        while !control.isStopping {
            try cancellation.check()
            Self.settle(control.takeCommits(), session, cancellation)
            try session.poll(into: &batch, timeout: settings.batchWait)
            control.publish(session.lag, skippedOffsets: session.skippedOffsets)
            guard !batch.isEmpty else { continue }
            try handOver(batch, cancellation)
            batch = ConsumedBatch()
        }
    }

    /// Waits until the reader takes the batch, serving commits and, after a while, the group.
    private func handOver(_ batch: ConsumedBatch, _ cancellation: CancellationFlag) throws {
        let start = ContinuousClock.now
        var waiting = [batch]
        while let next = waiting.first {
            if channel.offer(next) {
                waiting.removeFirst()
                continue
            }
            try cancellation.check()
            if control.isStopping { break }
            Self.settle(control.takeCommits(), session, cancellation)
            guard start.duration(to: .now) > Self.pauseDelay else {
                control.waitForSignal(.milliseconds(50))
                continue
            }
            // Repeated, since partitions may have been added. Messages that arrive all the same wait, too.
            session.pauseOnly(Set(session.assignedPartitions))
            var more = ConsumedBatch()
            try session.poll(into: &more, timeout: .milliseconds(50))
            if !more.isEmpty { waiting.append(more) }
            // All partitions may have gone to other members meanwhile.
            if session.assignedPartitions.isEmpty { break }
        }
        session.pauseOnly([])
    }

    /// Lets the reader finish, so that it commits what it has.
    private func drain(_ cancellation: CancellationFlag) throws {
        channel.finish()
        let deadline = ContinuousClock.now + settings.drainTimeout
        while !channel.isReaderDone, deadline > .now {
            try cancellation.check()
            Self.settle(control.takeCommits(), session, cancellation)
            control.waitForSignal(.milliseconds(50))
        }
        Self.settle(control.takeCommits(), session, cancellation)
    }

    /// Commits the furthest of the requested positions, and resumes all callers.
    private static func settle(
        _ commits: [ConsumerControl.Commit], _ session: ConsumerSession, _ cancellation: CancellationFlag?
    ) {
        guard !commits.isEmpty else { return }
        var position = ConsumerPosition()
        for commit in commits { position.advance(to: commit.position) }
        var failure: KafkaError?
        if let cancellation {
            do throws(KafkaError) {
                try session.commit(position, within: commitTimeout, cancellation)
            } catch {
                failure = error
            }
        }
        for commit in commits { commit.onFinished(failure) }
    }
}
