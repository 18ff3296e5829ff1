import Foundation
import Synchronization

/// Carries a journal to its destination piece by piece, and keeps count of how far it has come.
struct JournalCourier {
    let files: JournalFiles
    private(set) var progress: JournalProgress
    private let onRejection: (_ what: String, _ reason: String) -> Void

    /// What is read and delivered before the progress is written down.
    private static let pieceBytes = 4 << 20

    /// Goes on where an earlier courier has come to.
    init(
        _ files: JournalFiles, onRejection: @escaping (_ what: String, _ reason: String) -> Void
    ) throws(TrackingError) {
        self.files = files
        self.onRejection = onRejection
        progress = try JournalProgress(readingFrom: files.progress)
    }

    /// Delivers the next piece, if there is one.
    /// - Parameter end: Where the writer is; nil for a journal that nobody writes any more.
    /// - Returns: Whether there was one.
    mutating func step(_ client: TrackingClient, until end: JournalPosition?) async throws -> Bool {
        let (items, next) = try JournalReader(files: files).read(
            from: progress.position, until: end, limit: Self.pieceBytes)
        guard next > progress.position else { return false }
        try await deliver(client) { delivery in try await delivery.deliver(items, next: next) }
        return true
    }

    /// Tries again what was put off.
    mutating func stepDeferred(_ client: TrackingClient) async throws {
        guard !progress.deferred.isEmpty else { return }
        try await deliver(client) { delivery in try await delivery.deliverDeferred() }
    }

    private mutating func deliver(
        _ client: TrackingClient, _ body: (inout JournalDelivery) async throws -> Void
    ) async throws {
        let files = files
        var delivery = JournalDelivery(files: files, client: client, progress: progress) { [onRejection] what, reason in
            Self.keep(what, reason, in: files)
            onRejection(what, reason)
        }
        do {
            try await body(&delivery)
        } catch {
            // Runs that were started are known, too.
            try save(delivery.progress)
            throw error
        }
        try save(delivery.progress)
    }

    private mutating func save(_ new: JournalProgress) throws(TrackingError) {
        guard new != progress else { return }
        try new.write(to: files.progress)
        progress = new
        let needed = min(progress.position.segment, progress.deferred.map(\.segment).min() ?? .max)
        for number in try files.segments() where number < needed { unlink(files.segment(number)) }
    }

    /// Writes down what was refused; at best twice, if the process ends just now.
    private static func keep(_ what: String, _ reason: String, in files: JournalFiles) {
        let line = ["entry": what, "reason": reason]
        guard var bytes = try? JSONEncoder().encode(line) else { return }
        bytes.append(UInt8(ascii: "\n"))
        let descriptor = open(files.rejected, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        bytes.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}
