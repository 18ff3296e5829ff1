import Essentials
import Logging

extension TrackingJournal {
    /// The result for one journal in a folder.
    public struct Replay: Sendable, Hashable {
        /// The start of its files' names.
        public var name: String
        /// Whether it is delivered whole, and removed.
        public var isDelivered: Bool
        /// Entries that the destination refused; the file `NAME.rejected` says which, and why.
        public var rejected: Int
        /// Files and registrations whose stores cannot be reached.
        public var deferred: Int
        /// Why it is not delivered.
        public var error: String?
        /// Whether a running process writes it, and will deliver it itself.
        public var isInUse: Bool
    }

    /// Delivers the journals in a folder whose processes have ended, however they ended.
    ///
    /// Can be called again and interrupted at any time: what has been delivered stays, and what is delivered twice is
    /// stored once.
    /// - Parameter connect: Opens the destination.
    /// - Throws: ``TrackingError`` when the folder cannot be read, and whatever `connect` throws. A failure of one
    ///   journal is in its result.
    public static func replay(
        folder: String, options: JournalOptions = JournalOptions(),
        connect: @Sendable () async throws -> TrackingClient
    ) async throws -> [Replay] {
        let journals = try JournalFiles.all(in: folder)
        guard !journals.isEmpty else { return [] }
        let client = try await connect()
        var results: [Replay] = []
        do {
            for files in journals { results.append(try await replay(files, client, options)) }
        } catch {
            try? await client.close()
            throw error
        }
        try await client.close()
        return results
    }

    private static func replay(
        _ files: JournalFiles, _ client: TrackingClient, _ options: JournalOptions
    ) async throws -> Replay {
        var result = Replay(name: files.name, isDelivered: false, rejected: 0, deferred: 0, isInUse: false)
        guard let lock = try JournalLock(files, creating: false) else {
            result.isInUse = true
            return result
        }
        defer { withExtendedLifetime(lock) {} }
        do {
            var uploader = try JournalBatchUploader(files) { $0.report(to: options.logger) }
            do {
                while try await uploader.step(client, until: nil) { try Task.checkCancellation() }
                try await uploader.stepDeferred(client)
            } catch let error as CancellationError {
                throw error
            } catch {
                result.error = "\(error)"
            }
            result.rejected = uploader.progress.rejected
            result.deferred = uploader.progress.deferred.count
            result.isDelivered = result.error == nil && result.deferred == 0
        } catch let error as TrackingError {
            result.error = error.description
        }
        if result.isDelivered { files.remove() }
        return result
    }
}
