import DataPrep
import TestSupport
import Testing

@Suite struct OrderStatisticsTests {
    /// Blocks in memory, for two accumulators.
    private struct Blocks: AmountSource {
        let blocks: [[Double]]

        func map<Result: Sendable>(_ body: @Sendable (UnsafeBufferPointer<Double>) -> Result) throws -> [Result] {
            blocks.map { $0.withUnsafeBufferPointer(body) }
        }

        func fold<State: Sendable>(
            _ initial: State, _ body: @Sendable (inout State, UnsafeBufferPointer<Double>) -> Void
        ) throws -> [State] {
            var states = [initial, initial]
            for (number, block) in blocks.enumerated() {
                block.withUnsafeBufferPointer { body(&states[number % 2], $0) }
            }
            return states
        }
    }

    private static func statistics(_ amounts: [Double]) -> OrderStatistics {
        let blocks = stride(from: 0, to: amounts.count, by: 7).map { Array(amounts[$0..<min($0 + 7, amounts.count)]) }
        return OrderStatistics(Blocks(blocks: blocks), count: amounts.count)
    }

    @Test func valuesAreThoseOfTheSortedAmounts() throws {
        var generator = SeededGenerator(seed: 4)
        var amounts = (0..<500).map { _ in Double.random(in: -1e3...1e3, using: &generator) }
        amounts += [0, -0.0, 1, 1, 1, -1e300, 1e300, .leastNonzeroMagnitude, .infinity, -.infinity]
        let sorted = amounts.sorted()
        let ranks = [0, 1, 17, 250, 251, 508, 509]
        #expect(try Self.statistics(amounts).values(at: ranks) == ranks.map { sorted[$0] })
    }

    @Test func quantilesAreInterpolatedAsNumpyDoes() throws {
        let statistics = Self.statistics([4, 1, 3, 2])
        #expect(try statistics.quantiles([0, 0.25, 0.5, 0.75, 1]) == [1, 1.75, 2.5, 3.25, 4])
        #expect(try statistics.quantiles([0.5], transform: { $0 * $0 }) == [6.5])
        #expect(try Self.statistics([7]).quantiles([0.1, 0.9]) == [7, 7])
        #expect(try Self.statistics([]).quantiles([0.5]).isEmpty)
    }

    @Test func preparedQuantilesNeedNoFurtherPass() throws {
        var statistics = Self.statistics((1...9).map { Double($0) })
        let quartiles = try statistics.quantiles([0.25, 0.5, 0.75])
        try statistics.prepare([0.25, 0.5, 0.75])
        #expect(try statistics.quantiles([0.25, 0.5, 0.75]) == quartiles)
        #expect(quartiles == [3, 5, 7])
    }

    @Test func distancesAreRankedByMagnitude() throws {
        let distances = Self.statistics([1, 5, 6, 20]).distances(from: 5)
        #expect(try distances.values(at: [0, 1, 2, 3]) == [0, 1, 4, 15])
    }
}
