import Essentials

/// How far a journal has been delivered; kept beside it so that another process can continue.
///
/// It may lag behind what was delivered, but is never ahead of it: delivering an entry twice changes nothing.
struct JournalProgress: Codable, Hashable, Sendable {
    /// A run that is at its destination.
    struct Run: Codable, Hashable, Sendable {
        var id: String
        var experimentID: String
    }

    /// An entry that others have overtaken.
    struct Deferred: Codable, Hashable, Sendable {
        var position: JournalPosition
        /// Its run's number in the journal.
        var run: UInt64
    }

    /// Everything before it is delivered, put off, or refused.
    var position = JournalPosition.start
    /// Runs by their numbers in the journal.
    var runs: [UInt64: Run] = [:]
    /// Entries before ``position`` that could not be delivered yet: files whose store cannot be reached, and the like.
    var deferred: [Deferred] = []
    /// Entries that the destination refused.
    var rejected = 0

    init() {}

    /// - Throws: ``TrackingError`` for a file that does not hold progress.
    init(readingFrom path: String) throws(TrackingError) {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        do {
            self = try JSONDecoder().decode(JournalProgress.self, from: data)
        } catch {
            throw TrackingError(
                .corruptDatabase, path, "does not hold a journal's progress; remove it to deliver the journal again")
        }
    }

    func write(to path: String) throws(TrackingError) {
        do {
            try JSONEncoder().encode(self).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw TrackingError(.unavailable, path, "cannot be written: \(reason(of: error))")
        }
    }
}
