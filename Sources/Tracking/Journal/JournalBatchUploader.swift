import Essentials
import Synchronization

/// Uploads a journal to its destination batch by batch, and records its progress.
struct JournalBatchUploader {
    let files: JournalFiles
    private(set) var progress: JournalProgress
    private let onRejection: (JournalRejection) -> Void

    /// How much is read and delivered before the progress is saved.
    private static let chunkBytes = 4 << 20

    /// Continues where an earlier uploader stopped.
    init(
        _ files: JournalFiles, onRejection: @escaping (JournalRejection) -> Void
    ) throws(TrackingError) {
        self.files = files
        self.onRejection = onRejection
        progress = try JournalProgress(readingFrom: files.progress)
    }

    /// Uploads the next batch, if there is one.
    /// - Parameter end: The writer's position; nil for a journal that is no longer written.
    /// - Returns: Whether there was one.
    mutating func step(_ client: TrackingClient, until end: JournalPosition?) async throws -> Bool {
        let (items, next) = try JournalReader(files: files).read(
            from: progress.position, until: end, limit: Self.chunkBytes)
        guard next > progress.position else { return false }
        var delivery = JournalBatchUpload(files: files, client: client, progress: progress)
        do {
            try await delivery.deliver(items, next: next)
        } catch {
            // The whole batch is uploaded again, but the runs that were started are known.
            var known = progress
            known.runs = delivery.progress.runs
            try save(known)
            throw error
        }
        try save(delivery)
        return true
    }

    /// Uploads deferred entries.
    mutating func stepDeferred(_ client: TrackingClient) async throws {
        guard !progress.deferred.isEmpty else { return }
        var delivery = JournalBatchUpload(files: files, client: client, progress: progress)
        do {
            try await delivery.deliverDeferred()
        } catch {
            try save(delivery)
            throw error
        }
        try save(delivery)
    }

    private mutating func save(_ delivery: JournalBatchUpload) throws(TrackingError) {
        try save(delivery.progress, delivery.rejections)
        for name in delivery.deliveredCopies { JournalCopies(files: files).remove(name) }
    }

    /// What was refused is kept before the progress moves past it; it is stored twice if the process ends between the
    /// two.
    private mutating func save(
        _ delivered: JournalProgress, _ rejections: [JournalRejection] = []
    ) throws(TrackingError) {
        var rejections = rejections
        for index in rejections.indices {
            guard let copy = rejections[index].copy else { continue }
            rejections[index].reason += "; the files are kept in \(JournalCopies(files: files).reject(copy))"
        }
        var new = delivered
        new.rejected += rejections.count
        guard new != progress else { return }
        try keep(rejections)
        try new.write(to: files.progress)
        progress = new
        let needed = min(progress.position.segment, progress.deferred.map(\.position.segment).min() ?? .max)
        for number in try files.segments() where number < needed { unlink(files.segment(number)) }
        for rejection in rejections { onRejection(rejection) }
    }

    private func keep(_ rejections: [JournalRejection]) throws(TrackingError) {
        guard !rejections.isEmpty else { return }
        var lines = Data()
        for rejection in rejections { lines += try rejection.json() }
        let descriptor = open(files.rejected, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TrackingError(systemError: errno, files.rejected) }
        defer { close(descriptor) }
        let count = lines.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == lines.count else { throw TrackingError(systemError: count < 0 ? errno : ENOSPC, files.rejected) }
    }
}
