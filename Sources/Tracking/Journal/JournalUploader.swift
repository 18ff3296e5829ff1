import Logging
import Parallelism

/// Uploads a journal while it is being written.
final class JournalUploader: Sendable {
    private struct State {
        var delivered = JournalPosition.start
        var isClosing = false
        var hasEnded = false
        var deferred = 0
        var rejected = 0
        var lastError: String?
        var flushes: [Int: (end: JournalPosition, continuation: CheckedContinuation<Bool, Never>)] = [:]
        var nextFlush = 0
        /// Flushes that have begun and do not wait yet; one that is cancelled before it waits is removed.
        var starting: Set<Int> = []
        /// Runs whose ids are waited for, and those that are known.
        var runs: [UInt64: JournalProgress.Run] = [:]
    }

    private let files: JournalFiles
    private let connect: @Sendable () async throws -> TrackingClient
    private let options: JournalOptions
    private let signal: JournalSignal
    private let state = Lock(State())

    init(
        _ files: JournalFiles, options: JournalOptions, signal: JournalSignal,
        connect: @escaping @Sendable () async throws -> TrackingClient
    ) {
        self.files = files
        self.options = options
        self.signal = signal
        self.connect = connect
    }

    /// Runs until it is closed and everything is delivered, or until its task is cancelled.
    func run(_ writer: JournalWriter) async {
        var client: TrackingClient?
        var failures = 0
        do {
            var uploader = try JournalBatchUploader(files) { [self] rejection in note(rejection) }
            while !Task.isCancelled {
                let end = writer.written.end
                if uploader.progress.position >= end, uploader.progress.deferred.isEmpty {
                    if state.withLock({ $0.isClosing }) { break }
                    writer.awaitNext()
                    if writer.written.end == end { await signal.wait(atMost: nil) }
                    if !isHurried { await signal.wait(atMost: options.interval) }
                    continue
                }
                do {
                    if client == nil { client = try await connect() }
                    guard let client else { continue }
                    let hasDelivered = try await uploader.step(client, until: end)
                    if !hasDelivered || uploader.progress.position >= end { try await uploader.stepDeferred(client) }
                    failures = 0
                    note(uploader.progress, error: nil)
                    if !uploader.progress.deferred.isEmpty, uploader.progress.position >= writer.written.end {
                        failures += 1
                        await pause(failures, "files of the journal cannot be delivered yet")
                    }
                } catch {
                    note(uploader.progress, error: error)
                    if Task.isCancelled || error is CancellationError { break }
                    if let error = error as? TrackingError, error.code == .corruptDatabase { throw error }
                    failures += 1
                    await pause(failures, "\(error)")
                }
            }
        } catch {
            // The journal itself cannot be read or updated: its contents stay for inspection.
            options.logger.error("journal \(files.name) cannot be delivered: \(error)")
            state.withLock { $0.lastError = "\(error)" }
        }
        end()
        try? await client?.close()
    }

    private var isHurried: Bool { state.withLock { $0.isClosing || !$0.flushes.isEmpty } }

    /// Waits before the next attempt: longer each time, shorter when a flush is waiting.
    private func pause(_ failures: Int, _ reason: String) async {
        var delay = options.firstRetryDelay
        for _ in 1..<max(1, min(failures, 20)) where delay < options.longestRetryDelay { delay *= 2 }
        delay = min(delay, options.longestRetryDelay) * Double.random(in: 0.5...1)
        if isHurried { delay = min(delay, .seconds(1)) }
        options.logger.warning("journal \(files.name) is not delivered: \(reason); trying again in \(delay)")
        await signal.wait(atMost: delay)
    }

    private func note(_ progress: JournalProgress, error: (any Error)?) {
        let arrived = state.withLock { state in
            state.delivered = progress.position
            state.deferred = progress.deferred.count
            state.runs = progress.runs
            state.lastError = error.map { "\($0)" }
            guard progress.deferred.isEmpty else { return [CheckedContinuation<Bool, Never>]() }
            let arrived = state.flushes.filter { $0.value.end <= progress.position }
            for key in arrived.keys { state.flushes[key] = nil }
            return arrived.values.map(\.continuation)
        }
        for continuation in arrived { continuation.resume(returning: true) }
    }

    private func note(_ rejection: JournalRejection) {
        state.withLock { $0.rejected += 1 }
        rejection.report(to: options.logger)
    }

    private func end() {
        let waiting = state.withLock { state in
            defer { state.flushes = [:] }
            state.hasEnded = true
            return state.flushes.values.map(\.continuation)
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    /// Waits until everything before `end` is delivered.
    /// - Returns: False when the timeout expired first, or the task was cancelled.
    func flush(_ end: JournalPosition, within time: Duration?) async -> Bool {
        let number = state.withLock { state in
            state.nextFlush += 1
            state.starting.insert(state.nextFlush)
            return state.nextFlush
        }
        let timer = time.map { time in
            Task { [weak self] in
                try? await Task.sleep(for: time)
                self?.giveUp(number)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Bool? = state.withLock { state in
                    let isGivenUp = state.starting.remove(number) == nil
                    if state.delivered >= end, state.deferred == 0 { return true }
                    if state.hasEnded || isGivenUp { return false }
                    state.flushes[number] = (end, continuation)
                    return nil
                }
                if let known { continuation.resume(returning: known) } else { signal.raise() }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    /// Ends a flush that waits or is about to wait; the lock decides which of the two it is.
    private func giveUp(_ number: Int) {
        let waiting = state.withLock { state in
            state.starting.remove(number)
            return state.flushes.removeValue(forKey: number)
        }
        waiting?.continuation.resume(returning: false)
    }

    /// Lets ``run(_:)`` end once all is delivered.
    func close() {
        state.withLock { $0.isClosing = true }
        signal.raise()
    }

    func run(_ number: UInt64) -> JournalProgress.Run? { state.withLock { $0.runs[number] } }

    var status: (delivered: JournalPosition, deferred: Int, rejected: Int, lastError: String?) {
        state.withLock { ($0.delivered, $0.deferred, $0.rejected, $0.lastError) }
    }
}
