import Essentials
import Parallelism

/// A local journal of what runs log, delivered in the background: logging never waits for a server and never loses an
/// accepted entry.
///
/// ```swift
/// let journal = try TrackingJournal(folder: "journal") { try await TrackingClient.open(uri) }
/// let run = try journal.startRun(experiment: "antifraud-experiment", name: "depth 5")
/// for round in 0..<10 { try run.log(metric: "loss", 1 / Double(round + 1), step: Int64(round)) }
/// try run.end()
/// let isDelivered = await journal.close(within: .seconds(30))
/// ```
///
/// An entry is accepted once the call returns: it is then in a file, and survives the process. A background task sends
/// accepted entries in batches and in order, and retries until they arrive; a value that arrives twice is stored once.
/// What was not delivered when the process ended is delivered by ``replay(folder:options:connect:)``, which the program
/// `tracking-replay` wraps.
///
/// Several processes can keep their journals in one folder, and log to one run.
public final class TrackingJournal: Sendable {
    /// The state of the delivery.
    public struct Status: Sendable, Hashable {
        /// Whether every accepted entry has been delivered or refused.
        public var isDelivered: Bool
        /// Files and registrations that other entries have overtaken, because their stores cannot be reached.
        public var deferred: Int
        /// Entries that the destination refused; the file `NAME.rejected` in the folder says which, and why.
        public var rejected: Int
        /// Why the last attempt failed; nil when it did not.
        public var lastError: String?
    }

    /// The folder of the journal's files.
    public let folder: String
    let writer: JournalWriter
    let uploader: JournalUploader
    private let context: RunContext
    let copyLimit: Int64
    /// Nil once it is closed: then others may deliver it.
    private let lock: Lock<JournalLock?>
    private let delivery: Task<Void, Never>

    /// Begins a journal.
    ///
    /// - Parameters:
    ///   - folder: Created if it does not exist. It should be on a disk of this machine.
    ///   - context: Who and what makes the runs.
    ///   - connect: Opens the destination; called again after it has failed. It need not be reachable now.
    /// - Throws: ``TrackingError`` when the folder cannot be written.
    public init(
        folder: String, context: RunContext = RunContext(), options: JournalOptions = JournalOptions(),
        connect: @escaping @Sendable () async throws -> TrackingClient
    ) throws(TrackingError) {
        self.folder = TrackingURI.absolute(folder)
        self.context = context
        copyLimit = options.copyLimit
        do {
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        } catch {
            throw TrackingError(.unavailable, self.folder, "cannot be created: \(reason(of: error))")
        }
        var files = JournalFiles(folder: self.folder, name: Identifier.random())
        var lock = try JournalLock(files, creating: true)
        if lock == nil {
            // A replay may find the new file before it is locked, and remove it as empty.
            files = JournalFiles(folder: self.folder, name: Identifier.random())
            lock = try JournalLock(files, creating: true)
        }
        guard let lock else { throw TrackingError(.busy, files.lock, "is held by another process") }
        self.lock = Lock(lock)
        let signal = JournalSignal()
        let writer = try JournalWriter(
            files, segmentBytes: options.segmentBytes, isDurable: options.isDurable, wake: { signal.raise() })
        let uploader = JournalUploader(files, options: options, signal: signal, connect: connect)
        self.writer = writer
        self.uploader = uploader
        delivery = Task { await uploader.run(writer) }
    }

    deinit { delivery.cancel() }

    /// Starts a run, which is created at the destination as soon as that can be reached.
    ///
    /// - Parameters:
    ///   - experiment: By name; created if it does not exist.
    ///   - name: For people; two words and a number, chosen at random, if not given.
    ///   - tags: Beside those of the journal's ``RunContext``, which they override.
    ///   - startTime: Now by default.
    public func startRun(
        experiment: String, name: String? = nil, tags: [String: String] = [:], startTime: Timestamp? = nil
    ) throws(TrackingError) -> JournaledRun {
        try EntityLimits.check(experimentName: experiment)
        let name = name ?? tags[MLflowTag.runName] ?? RunName.random()
        try EntityLimits.check(runName: name)
        let allTags = context.tags.merging(tags) { _, own in own }
        for (key, value) in allTags { try EntityLimits.check(runTag: key, value) }
        let run = JournaledRun(journal: self, number: writer.newRun(), token: Identifier.random())
        try writer.append(
            .start(
                run: run.number,
                JournaledStart(
                    experiment: experiment, name: name, user: context.user ?? allTags[MLflowTag.user] ?? "",
                    startTime: startTime ?? .now, tags: allTags, token: run.token)))
        return run
    }

    /// Logs to a run that exists already, such as one that another process has started.
    public func attach(toRun id: String) throws(TrackingError) -> JournaledRun {
        let run = JournaledRun(journal: self, number: writer.newRun(), token: id)
        try writer.append(.attach(run: run.number, id: id))
        return run
    }

    /// Where entries that were refused are listed; there only if there are any.
    public var rejectedFile: String { writer.files.rejected }

    /// A run's id at the destination; nil while that is not known.
    public func destinationID(of run: JournaledRun) -> String? { uploader.run(run.number)?.id }

    /// The state of the delivery now.
    public var status: Status {
        let end = writer.written.end
        let status = uploader.status
        return Status(
            isDelivered: status.delivered >= end && status.deferred == 0, deferred: status.deferred,
            rejected: status.rejected, lastError: status.lastError)
    }

    /// Sends the entries accepted so far at once, and waits for them to arrive.
    /// - Returns: False when the timeout expired first; nothing is lost then.
    public func flush(within time: Duration? = nil) async -> Bool {
        await uploader.flush(writer.written.end, within: time)
    }

    /// Accepts no further entries, waits for the accepted ones to arrive, and ends the background task.
    /// - Returns: False when the timeout expired first. Then the journal stays in its folder, for
    ///   ``replay(folder:options:connect:)``.
    public func close(within time: Duration? = nil) async -> Bool {
        writer.close()
        uploader.close()
        let isDelivered = await uploader.flush(writer.written.end, within: time)
        if !isDelivered { delivery.cancel() }
        await delivery.value
        if isDelivered { writer.files.remove() }
        lock.withLock { $0 = nil }
        return isDelivered
    }
}
