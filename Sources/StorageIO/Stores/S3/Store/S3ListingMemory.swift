import Parallelism

/// What listings of a store have detected about the server's order of keys.
final class S3ListingMemory: Sendable {
    private let isByFolder = Lock(false)

    var listsByFolder: Bool { isByFolder.withLock { $0 } }

    func rememberListsByFolder() { isByFolder.withLock { $0 = true } }
}
