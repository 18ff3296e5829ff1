import DataPrep
import StorageIO
import TestSupport
import Testing

/// Stored sets of transaction_ids against sets in memory.
@Suite struct KeptIDsTests {
    private func intervals(_ ids: some Sequence<Int64>) -> [IDInterval<Int64>] {
        var result: [IDInterval<Int64>] = []
        for id in ids.sorted() { IDIntervals.append(IDInterval(first: id, last: id), to: &result) }
        return result
    }

    private func ids(_ intervals: [IDInterval<Int64>]) -> [Int64] { intervals.flatMap { Array($0.first...$0.last) } }

    private func write(_ intervals: [IDInterval<Int64>], to store: InMemoryObjectStore, _ name: String) async throws
        -> KeptIDsFile<Int64>
    {
        let key = try ObjectKey(name)
        let writer = KeptIDsWriter<Int64>(to: try await store.write(key))
        // In any number of calls.
        for interval in intervals { try await writer.append([interval]) }
        let size = try await writer.finish()
        let input = try await StoredObjectInput(store: store, key: key)
        #expect(input.size == size)
        return try await KeptIDsFile<Int64>.open(input)
    }

    private func read(_ file: KeptIDsFile<Int64>) async throws -> [IDInterval<Int64>] {
        var result: [IDInterval<Int64>] = []
        for block in 0..<(await file.blockCount) { result += try await file.intervals(ofBlock: block) }
        return result
    }

    private static let ranges: [ClosedRange<Int64>] = [
        0...500, -300...300, 0...100_000, .min ... .max, .max - 200 ... .max, .min ... .min + 200,
    ]

    @Test(arguments: ranges)
    func setsComeBack(range: ClosedRange<Int64>) async throws {
        var random = SeededGenerator(seed: UInt64(bitPattern: range.lowerBound))
        let store = InMemoryObjectStore()
        for count in [0, 1, 2, 100, 20_000] {
            let set = Set(
                (0..<count).map { _ in Int64.random(in: range, using: &random) }
                    + (count > 1 ? [range.lowerBound, range.upperBound] : []))
            let file = try await write(intervals(set), to: store, "a")
            #expect(file.count == UInt64(set.count))
            #expect(try await read(file) == intervals(set))
            let asked = Set(
                (0..<500).map { _ in Int64.random(in: range, using: &random) }
                    + set.shuffled(using: &random).prefix(300))
            let found = try await file.intersection(with: intervals(asked))
            #expect(ids(found) == set.intersection(asked).sorted())
            let rest = IDIntervals.subtracting(found, from: intervals(asked))
            #expect(ids(rest) == asked.subtracting(set).sorted())
        }
    }

    @Test func setsAreMerged() async throws {
        var random = SeededGenerator(seed: 1)
        let store = InMemoryObjectStore()
        for count in [0, 1, 50, 30_000] {
            let all = Set((0..<3 * count).map { _ in Int64.random(in: 0...Int64(count) * 7, using: &random) }).shuffled(
                using: &random)
            var files: [KeptIDsFile<Int64>] = []
            for part in 0..<3 {
                let some = all.enumerated().filter { $0.offset % 3 == part }.map(\.element)
                files.append(try await write(intervals(some), to: store, "\(part)"))
            }
            let writer = KeptIDsWriter<Int64>(to: try await store.write(ObjectKey("all")))
            try await KeptIDsFile.merge(files, to: writer)
            _ = try await writer.finish()
            let merged = try await KeptIDsFile<Int64>.open(StoredObjectInput(store: store, key: ObjectKey("all")))
            #expect(merged.count == UInt64(all.count))
            #expect(try await read(merged) == intervals(all))
        }
    }

    @Test func consecutiveIDsTakeLittleSpace() async throws {
        let store = InMemoryObjectStore()
        // A month of the original system, of which one in a thousand was dropped.
        let month = (0..<47_000).map { (number: Int64) in IDInterval(first: number * 1000, last: number * 1000 + 998) }
        _ = try await write(month, to: store, "month")
        #expect(try await store.head(ObjectKey("month")).size < 200_000)
    }

    @Test func damageIsFound() async throws {
        let store = InMemoryObjectStore()
        var random = SeededGenerator(seed: 2)
        let all = intervals((0..<15_000).map { _ in Int64.random(in: 0...1 << 40, using: &random) })
        _ = try await write(all, to: store, "a")
        let bytes = try await store.read(ObjectKey("a"))
        func isRefused(_ bytes: [UInt8]) async throws -> Bool {
            do {
                let file = try await KeptIDsFile<Int64>.open(InMemoryInput(bytes))
                _ = try await read(file)
                return false
            } catch is IncrementalCleaningError {
                return true
            }
        }
        #expect(try await isRefused(bytes) == false)
        for _ in 0..<150 {
            var damaged = bytes
            // The four bytes that are not used lie behind the version.
            let position = (Array(0..<12) + Array(16..<bytes.count)).randomElement(using: &random) ?? 0
            damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(try await isRefused(damaged), "\(position)")
        }
        for cut in [0, 15, 40, bytes.count / 2, bytes.count - 1] {
            #expect(try await isRefused(Array(bytes[..<cut])), "\(cut)")
        }
    }

    /// Hashes, which lie anywhere.
    @Test func wideIDsComeBackAndAreMerged() async throws {
        var random = SeededGenerator(seed: 3)
        func draw() -> Int128 {
            Int128(truncatingIfNeeded: UInt128(UInt64.random(in: 0 ... .max, using: &random)) << 64)
                | Int128(UInt64.random(in: 0 ... .max, using: &random))
        }
        func intervals(_ ids: some Sequence<Int128>) -> [IDInterval<Int128>] {
            var result: [IDInterval<Int128>] = []
            for id in ids.sorted() { IDIntervals.append(IDInterval(first: id, last: id), to: &result) }
            return result
        }
        let store = InMemoryObjectStore()
        func write(_ ids: [Int128], _ name: String) async throws -> KeptIDsFile<Int128> {
            let writer = KeptIDsWriter<Int128>(to: try await store.write(ObjectKey(name)))
            try await writer.append(intervals(ids))
            _ = try await writer.finish()
            return try await KeptIDsFile<Int128>.open(StoredObjectInput(store: store, key: ObjectKey(name)))
        }
        let all = Array(Set((0..<20_000).map { _ in draw() } + [.min, .max, -1, 0, 1]))
        let halves = [Array(all[..<9000]), Array(all[9000...])]
        var files: [KeptIDsFile<Int128>] = []
        for (number, half) in halves.enumerated() { files.append(try await write(half, "\(number)")) }
        let asked = Array(all.prefix(500)) + (0..<500).map { _ in draw() }
        let found = try await files[0].intersection(with: intervals(asked))
        #expect(found == intervals(Set(asked).intersection(halves[0])))
        let writer = KeptIDsWriter<Int128>(to: try await store.write(ObjectKey("all")))
        try await KeptIDsFile.merge(files, to: writer)
        _ = try await writer.finish()
        let merged = try await KeptIDsFile<Int128>.open(StoredObjectInput(store: store, key: ObjectKey("all")))
        var read: [IDInterval<Int128>] = []
        for block in 0..<(await merged.blockCount) { read += try await merged.intervals(ofBlock: block) }
        #expect(read == intervals(all) && merged.count == UInt64(all.count))

        // A file of the other length is refused.
        await #expect(throws: IncrementalCleaningError.self) {
            _ = try await KeptIDsFile<Int64>.open(StoredObjectInput(store: store, key: ObjectKey("all")))
        }
    }
}
