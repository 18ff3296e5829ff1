import Parallelism

/// The units that progress was reported in.
final class UnitsSeen: Sendable {
    private let units = Lock<Set<String>>([])

    var all: Set<String> { units.withLock { $0 } }

    func add(_ unit: String) { units.withLock { _ = $0.insert(unit) } }
}
