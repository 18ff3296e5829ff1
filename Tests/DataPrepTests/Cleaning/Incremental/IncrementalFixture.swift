import Columnar
import DataPrep
import Foundation
import Parallelism
import StorageIO
import TestSupport

/// A store with raw files that arrive one after another, the data set made of them, and the folder of rejected rows.
final class IncrementalFixture: Sendable {
    /// The faults of operations on the store.
    enum Weather: Sendable {
        case fair
        /// After this many operations, all others fail, as for a process that has been killed.
        case death(after: Int)
        /// One operation fails.
        case failure(of: Int)
    }

    typealias Hook = @Sendable (InMemoryObjectStore.Operation) async throws -> Void

    private struct State {
        var hook: Hook?
        var weather = Weather.fair
        var operations = 0
    }

    let store: InMemoryObjectStore
    let input, output, rejects: StorageLocation
    private let state: Box

    private final class Box: Sendable {
        let value = Lock(State())
    }

    init(capacity: Int = .max) throws {
        let state = Box()
        self.state = state
        store = InMemoryObjectStore(name: "s", capacity: capacity) { operation in
            let fails = state.value.withLock { state in
                state.operations += 1
                return switch state.weather {
                case .fair: false
                case .death(let last): state.operations > last
                case .failure(let number): state.operations == number
                }
            }
            if fails { throw ObjectStoreError(.unavailable, location: "memory://s/", message: "the store is gone") }
            // Once: its operations on the store pass through here, too.
            let hook = state.value.withLock { state in
                defer { state.hook = nil }
                return state.hook
            }
            if let hook {
                try await hook(operation)
            }
        }
        input = StorageLocation(store: store, uri: try StorageURI("memory://s/raw/"))
        output = StorageLocation(store: store, uri: try StorageURI("memory://s/clean/"))
        rejects = StorageLocation(store: store, uri: try StorageURI("memory://s/rejects/"))
    }

    /// How many operations there have been since the weather was set.
    var operations: Int { state.value.withLock { $0.operations } }

    func set(_ weather: Weather) {
        state.value.withLock { $0 = State(weather: weather) }
    }

    /// Runs before the first operation that is like the one given.
    func before(_ isMeant: @escaping @Sendable (InMemoryObjectStore.Operation) -> Bool, _ body: @escaping Hook) {
        let state = state
        @Sendable func wait(_ operation: InMemoryObjectStore.Operation) async throws {
            if isMeant(operation) {
                try await body(operation)
            } else {
                state.value.withLock { $0.hook = wait }
            }
        }
        state.value.withLock { $0.hook = wait }
    }

    func add(_ text: String, _ name: String) async throws {
        try await store.put(Array(text.utf8), to: input.key(name))
    }

    @discardableResult
    func clean(
        _ mode: IncrementalCleaner.Mode = .append, plan: CleaningPlan = plan,
        options: CleaningOptions = CleaningOptions(), rejects: Bool = true
    ) async throws -> CleaningReport {
        try await IncrementalCleaner(plan: plan, options: options).clean(
            input, to: output, mode: mode, rejects: rejects ? self.rejects : nil)
    }

    /// The rows that readers of data sets see.
    func rows() async throws -> RecordBatch { try await Self.rows(output) }

    static func rows(_ location: StorageLocation) async throws -> RecordBatch {
        let dataSet = try await DataSet.open(location)
        var batches: [RecordBatch] = []
        for try await batch in dataSet.batches() { batches.append(batch) }
        return try RecordBatch.concatenating(batches, schema: dataSet.schema)
    }

    /// What one run over these files, in this order, gives.
    func oneRun(
        _ names: [String], fences: CleaningReport.Fences?
    ) async throws -> (report: CleaningReport, rows: RecordBatch, rejects: RecordBatch) {
        let other = InMemoryObjectStore(name: "one")
        var plan = Self.plan
        plan.outliers = .fixed(low: fences?.lower ?? -.infinity, high: fences?.upper ?? .infinity)
        let output = StorageLocation(store: other, uri: try StorageURI("memory://one/clean.parquet"))
        let rejects = StorageLocation(store: other, uri: try StorageURI("memory://one/rejects.parquet"))
        let report = try await Cleaner(plan: plan).clean(
            names.map { try input.key($0) }, in: store, to: .location(output), rejects: rejects)
        return (report, try await Self.rows(output), try await Self.rows(rejects))
    }

    /// All objects but the inputs and the state, which tells of them by tags of this store.
    func objects() async throws -> [String: [UInt8]] {
        var objects: [String: [UInt8]] = [:]
        for try await object in store.list(prefix: "") where !object.key.path.hasPrefix("raw/") {
            objects[object.key.path] = try await store.read(object.key)
        }
        return objects.filter { $0.key != "clean/_incremental/state.json" }
    }

    static let plan = CleaningPlan(maximumDroppedShare: 1)

    /// Raw files with every kind of dirt; a third of the ids occurs in several files, with other values.
    static func texts(files: Int, rows: Int, spread: Int64 = 1, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<files).map { file in
            var text = CleanerTests.header
            for row in 0..<rows {
                let own = Int64(file * rows + row)
                let number =
                    Int.random(in: 0..<3, using: &random) == 0
                    ? Int64.random(in: 0..<Int64(files * rows), using: &random) : own
                let amount = Double(Int.random(in: 1...9000, using: &random)) / 100
                var fields = [
                    "\(number * spread)", "2019-08-22 00:00:31", "5", "\(file)", "\(amount)", "31", "0",
                    "\(Int.random(in: 0..<10, using: &random) == 0 ? 1 : 0)", "0",
                ]
                switch Int.random(in: 0..<30, using: &random) {
                case 0: fields[3] = "Err"
                case 1: fields[1] = "2019-08-22 24:00:00"
                case 2: fields[2] = "-999999"
                case 3: fields[4] = "0.00"
                case 4: fields[4] = "\(amount * 100_000)"
                case 5: fields.removeLast()
                case 6: fields[7] = ["", "x", "7"].randomElement(using: &random) ?? ""
                default: break
                }
                text += fields.joined(separator: ",") + "\n"
            }
            return text
        }
    }
}
