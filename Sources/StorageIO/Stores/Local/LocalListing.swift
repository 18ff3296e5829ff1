import Parallelism

/// Passes the files of a walk to a stream, some hundreds per call on the pool for blocking work.
actor LocalListing {
    private static let batchSize = 512

    private var walk: FolderWalk
    private var batch: [ListedEntry] = []
    private var position = 0

    init(store: LocalObjectStore, prefix: String) {
        walk = FolderWalk(store: store, prefix: prefix, showing: .objects)
    }

    func next() async throws -> ListedEntry? {
        if position == batch.count {
            try Task.checkCancellation()
            (walk, batch) = try await BlockingPool.files.run { [walk] in
                var walk = walk
                var batch: [ListedEntry] = []
                while batch.count < Self.batchSize, let found = try walk.next() {
                    switch found {
                    case .file(let file): batch.append(.object(try file.metadata()))
                    case .unlisted(let unlisted): batch.append(.unlisted(unlisted))
                    }
                }
                return (walk, batch)
            }
            position = 0
        }
        guard position < batch.count else { return nil }
        defer { position += 1 }
        return batch[position]
    }
}
