import Parallelism
import StorageIO

/// Makes one write of a store fail.
final class Countdown: Sendable {
    private let remaining = Lock<Int?>(nil)

    func start(_ steps: Int) { remaining.withLock { $0 = steps } }

    func stop() { remaining.withLock { $0 = $0.map { $0 < 0 ? -1 : $0 } } }

    /// Whether the failure did not happen.
    var isUnused: Bool { remaining.withLock { $0.map { $0 >= 0 } ?? true } }

    func step(_ operation: InMemoryObjectStore.Operation) throws {
        switch operation {
        case .startWriting, .append, .finish: break
        case .head, .read, .list, .delete, .copy: return
        }
        let fails = remaining.withLock { remaining -> Bool in
            guard let left = remaining, left >= 0 else { return false }
            remaining = left - 1
            return left == 0
        }
        if fails { throw ObjectStoreError(.noSpace, location: "memory://tests/", message: "the disk is full") }
    }
}
