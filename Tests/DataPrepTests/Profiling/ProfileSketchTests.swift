import DataPrep
import TestSupport
import Testing

/// The errors that the sketches state, on streams in orders that are bad for samples.
@Suite struct ProfileSketchTests {
    /// The numbers below `count` in various orders.
    private static func orders(_ count: Int, seed: UInt64) -> [[Int64]] {
        let ascending = (0..<Int64(count)).map { $0 }
        var generator = SeededGenerator(seed: seed)
        let middleOut = ascending.indices.map { Int64($0 % 2 == 0 ? count / 2 + $0 / 2 : count / 2 - 1 - $0 / 2) }
        let strided = (0..<1_000).flatMap { start in stride(from: Int64(start), to: Int64(count), by: 1_000) }
        return [ascending, ascending.reversed(), ascending.shuffled(using: &generator), middleOut, strided]
    }

    @Test func quantilesAreWithinTheStatedRanks() throws {
        let count = 200_000
        for (number, values) in Self.orders(count, seed: 1).enumerated() {
            var sketch = QuantileSketch()
            // In batches of uneven sizes.
            var rest = values[...]
            var size = 1
            while !rest.isEmpty {
                Array(rest.prefix(size)).withUnsafeBufferPointer { sketch.add($0) }
                rest = rest.dropFirst(size)
                size = size * 3 % 10_007
            }
            let ranked = sketch.ranked
            #expect(ranked.total == count)
            for share in stride(from: 0.0, through: 1, by: 0.05) + Quantile.shares {
                let value = try #require(ranked.quantile(share))
                let error = abs(Double(value) - share * Double(count)) / Double(count)
                #expect(error <= QuantileSketch.rankError, "order \(number), share \(share)")
            }
        }
    }

    @Test func valuesThatOccurOftenHaveTheirWeight() {
        var sketch = QuantileSketch()
        for value in 0..<5_000 { sketch.add(Int64(value), count: 1 + value % 100) }
        sketch.add(-1, count: 1_000_000)
        let ranked = sketch.ranked
        #expect(ranked.total == 1_000_000 + 50 * (1 + 100) * 100 / 2)
        #expect(ranked.quantile(0.5) == -1)
    }

    @Test func smallStreamsAreExact() {
        var sketch = QuantileSketch()
        [5, 3, 9, 3].withUnsafeBufferPointer { sketch.add($0) }
        #expect([0, 0.25, 0.5, 0.75, 1].map { sketch.ranked.quantile($0) } == [3, 3, 3, 5, 9])
        #expect(QuantileSketch().ranked.quantile(0.5) == nil)
    }

    @Test(arguments: [0, 1, 100, 5_000, 20_000, 45_000, 100_000, 1_000_000])
    func distinctValuesAreWithinFourStandardErrors(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var sketch = DistinctSketch()
        for _ in 0..<count {
            let hash = generator.next()
            sketch.add(hash)
            if count < 1_000 { sketch.add(hash) }
        }
        #expect(abs(sketch.estimate - Double(count)) <= 4 * DistinctSketch.standardError * Double(count))
    }

    /// Values that become frequent after many that do not.
    @Test func frequentValuesAreCountedWithinTheStatedError() {
        var generator = SeededGenerator(seed: 3)
        let rare = (0..<250_000).map { _ in generator.next() }
        let frequent = (0..<10).map { _ in generator.next() }
        var stream = rare
        for (index, hash) in frequent.enumerated() {
            let count = 1_000 * (index + 1)
            // Half of them spread over the others, half at the end.
            for part in 0..<count / 2 { stream[(part * 97 + index) % stream.count] = hash }
            stream += Array(repeating: hash, count: count / 2)
        }
        var expected: [UInt64: Int] = [:]
        for hash in stream { expected[hash, default: 0] += 1 }
        var table = CountTable()
        for hash in stream where !table.count(hash) {
            if table.isFull { table.purge() }
            table.insert(hash, payload: 0)
        }
        #expect(table.countError > 0 && table.countError <= stream.count / (CountTable.frequentLimit / 2))
        let counts = Dictionary(uniqueKeysWithValues: table.entries.map { ($0.hash, $0.count) })
        #expect(counts.count <= CountTable.frequentLimit)
        for (hash, count) in counts {
            let truth = expected[hash] ?? 0
            #expect(count <= truth && count + table.countError >= truth)
        }
        #expect(frequent.allSatisfy { counts[$0] != nil })
    }

    @Test func countsAreExactUpToTheLimit() {
        var generator = SeededGenerator(seed: 5)
        let hashes = (0..<CountTable.exactLimit).map { _ in generator.next() }
        var table = CountTable()
        for (index, hash) in hashes.enumerated() { table.insert(hash, payload: Int64(index)) }
        let found = hashes.prefix(1_000).map { table.count($0) }
        let other = table.count(generator.next())
        #expect(found.allSatisfy { $0 } && !other)
        #expect(table.isFull && table.used == hashes.count && table.countError == 0)
        #expect(table.entries.reduce(0) { $0 + $1.count } == hashes.count + 1_000)
        #expect(table.entries.allSatisfy { hashes[Int($0.payload)] == $0.hash })
    }
}
