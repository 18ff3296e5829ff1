package import Logging
package import StorageIO
package import Tracking

/// Delivers the journals of processes that have ended.
package struct TrackingReplayJob: Sendable {
    package struct Result: Sendable, Codable {
        package struct Journal: Sendable, Codable {
            package var name: String
            /// `delivered`, `in_use` or `pending`.
            package var state: String
            package var rejected: Int
            package var deferred: Int
            package var error: String?
        }

        package var folder: String
        package var journals: [Journal]

        /// Whether something is left that nobody is at work on.
        package var hasPending: Bool { journals.contains { $0.state == "pending" } }

        package var text: String {
            guard !journals.isEmpty else { return "nothing to deliver in \(folder)" }
            return journals.map { journal in
                var line = "\(journal.name)  \(journal.state == "in_use" ? "in use" : journal.state)"
                if journal.rejected > 0 {
                    line += ", \(journal.rejected) entries refused: see \(folder)/\(journal.name).rejected"
                }
                if journal.deferred > 0 { line += ", \(journal.deferred) files or registrations not delivered" }
                return line + (journal.error.map { ": \($0)" } ?? "")
            }.joined(separator: "\n")
        }
    }

    private let folder: String
    private let location: TrackingDestination
    private let stores: ObjectStoreRegistry
    private let logger: Logger

    package init(folder: String, location: TrackingDestination, stores: ObjectStoreRegistry, logger: Logger) {
        self.folder = folder
        self.location = location
        self.stores = stores
        self.logger = logger
    }

    package func run() async throws -> Result {
        let found = try await TrackingJournal.replay(folder: folder, options: JournalOptions(logger: logger)) {
            try await location.open(program: "tracking-replay", stores: stores)
        }
        return Result(
            folder: folder,
            journals: found.map { journal in
                Result.Journal(
                    name: journal.name,
                    state: journal.isInUse ? "in_use" : journal.isDelivered ? "delivered" : "pending",
                    rejected: journal.rejected, deferred: journal.deferred, error: journal.error)
            })
    }
}
