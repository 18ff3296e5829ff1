import Features
import Foundation
import TestSupport
import Testing

/// Window means of any currency, against exact fractions: the float of the double nearest to the mean, bit for bit.
@Suite struct ExactWindowTests {
    private let pipeline = FeaturePipeline()

    enum Currency: String, CaseIterable, Sendable {
        case cents, rupiah, tiny, wei, exchanged, singlePrecision, refunds, everything

        func amount(using generator: inout SeededGenerator) -> Double {
            switch self {
            case .cents: return Double(Int.random(in: 1...30_000, using: &generator)) / 100
            case .rupiah: return Double(Int.random(in: 1...9_000_000_000_000, using: &generator)) / 100
            case .tiny: return Double.random(in: 0..<1e-4, using: &generator)
            case .wei: return Double.random(in: 0..<1e23, using: &generator).rounded()
            case .exchanged: return Double.random(in: 0..<500, using: &generator)
            case .singlePrecision: return Double(Float.random(in: 0..<500, using: &generator))
            case .refunds:
                // Sums near 0, which consist of the digits that rounding would have lost.
                let amount = Double(Int.random(in: 1...3, using: &generator)) * 1_000_000.1
                let change = Bool.random(using: &generator) ? Double.random(in: -1e-9...1e-9, using: &generator) : 0
                return (Bool.random(using: &generator) ? amount : -amount) + change
            case .everything:
                let other = Currency.allCases.filter { $0 != .everything }.randomElement(using: &generator)
                return other?.amount(using: &generator) ?? 0
            }
        }
    }

    private static func transactions(_ currency: Currency, _ count: Int, seed: UInt64) -> [Transaction] {
        var generator = SeededGenerator(seed: seed)
        return FeatureOracle.transactions(count, seed: seed).map { transaction in
            var transaction = transaction
            transaction.customerID %= 4
            transaction.amount = currency.amount(using: &generator)
            return transaction
        }
    }

    /// The bits of the three mean amounts, each with one value a row.
    private static func exactMeans(_ transactions: [Transaction]) throws -> [[UInt32]] {
        let folder = try TemporaryFolder()
        let rows = transactions.map {
            "\($0.transactionID),\($0.dateTime),\($0.customerID),\($0.amount.bitPattern)"
        }
        try rows.joined(separator: "\n").write(toFile: folder.path("rows"), atomically: true, encoding: .utf8)
        return try Oracle.json([[UInt32]].self, program, [folder.path("rows")])
    }

    private static let program = """
        import sys, json, struct, bisect, numpy as np
        from fractions import Fraction
        rows = [tuple(map(int, line.split(","))) for line in open(sys.argv[1])]
        def exact(bits):
            amount = struct.unpack("<d", struct.pack("<Q", bits))[0]
            units = round(amount * 10000)
            if abs(units) <= 10**12 and units / 10000 == amount: return Fraction(units, 10000)
            return Fraction(amount)
        means = [[0] * len(rows) for _ in range(3)]
        histories = {}
        for row in sorted(range(len(rows)), key=lambda row: (rows[row][1], rows[row][0])):
            _, time, customer, bits = rows[row]
            times, sums = histories.setdefault(customer, ([], [Fraction(0)]))
            times.append(time)
            sums.append(sums[-1] + exact(bits))
            for index, days in enumerate((1, 7, 30)):
                start = bisect.bisect_right(times, time - days * 86400 * 10**6)
                mean = (sums[-1] - sums[start]) / (len(times) - start)
                means[index][row] = int(np.float32(float(mean)).view(np.uint32))
        print(json.dumps(means))
        """

    private func means(_ columns: [[Float]]) -> [[UInt32]] { [4, 6, 8].map { columns[$0].map(\.bitPattern) } }

    @Test(.needs(.python), arguments: Currency.allCases)
    func meansAreThoseOfFractions(currency: Currency) throws {
        let transactions = Self.transactions(currency, 3000, seed: 41)
        let expected = try Self.exactMeans(transactions)
        let columns = pipeline.columns(TransactionColumns(transactions), threads: 2)
        #expect(means(columns) == expected)
    }

    /// Whole, in batches with a snapshot between them, one by one, and arriving late: the same bits, whenever the first
    /// amount arrived that is not a multiple of 1/10,000.
    @Test(arguments: Currency.allCases)
    func everyWayGivesTheSameBits(currency: Currency) throws {
        // Cents first, so that the histories begin without rests.
        let strange = Self.transactions(currency, 1500, seed: 42)
        let ordered = (Self.transactions(.cents, 500, seed: 43) + strange).enumerated()
            .map { index, transaction in
                var transaction = transaction
                transaction.transactionID = Int64(index)
                if index < 500 { transaction.dateTime -= 20 * 86_400_000_000 }
                return transaction
            }
            .sorted { ($0.dateTime, $0.transactionID) < ($1.dateTime, $1.transactionID) }
        let whole = pipeline.columns(TransactionColumns(ordered))

        var carried = pipeline.makeState(), single = pipeline.makeState()
        var portioned = [[Float]](repeating: [], count: pipeline.count)
        for start in stride(from: 0, to: ordered.count, by: 300) {
            let portion = Array(ordered[start..<min(ordered.count, start + 300)])
            let part = try pipeline.columns(TransactionColumns(portion), state: &carried, threads: 3)
            for column in part.indices { portioned[column] += part[column] }
            carried = try FeatureState(decoding: carried.encoded())
        }
        #expect(portioned == whole)

        for (index, transaction) in ordered.enumerated() {
            #expect(features(transaction, single) == whole.map { $0[index] })
            single.record(transaction)
        }
        #expect(single.encoded() == carried.encoded())
        #expect(single.encoded()[4] == (currency == .cents ? 1 : 2))

        var generator = SeededGenerator(seed: 44)
        var late = pipeline.makeState()
        let arrivals = ordered.map { ($0, $0.dateTime + Int64.random(in: 0...86_400_000_000, using: &generator)) }
        for (transaction, _) in arrivals.sorted(by: { $0.1 < $1.1 }) { late.record(transaction) }
        for probe in ordered.suffix(50) {
            var probe = probe
            probe.dateTime = (ordered.last?.dateTime ?? 0) + 1
            #expect(features(probe, late) == features(probe, single))
        }
    }

    private func features(_ transaction: Transaction, _ state: FeatureState) -> [Float] {
        [Float](unsafeUninitializedCapacity: pipeline.count) { row, initialized in
            row.initialize(repeating: 0)
            pipeline.compute(transaction, state: state, into: row)
            initialized = pipeline.count
        }
    }

    @Test func beyondTheRangeAmountsAreBounded() throws {
        func mean(_ amounts: [Double]) -> Float {
            let rows = amounts.enumerated().map { index, amount in
                Transaction(
                    transactionID: Int64(index), dateTime: 0, customerID: 1, terminalID: 1, amount: amount)
            }
            return pipeline.columns(TransactionColumns(rows))[4].last ?? .nan
        }
        #expect(mean([1e300, 1e300]) == 0x1p100)
        #expect(mean([-1e300]) == -0x1p100)
        #expect(mean([1e300, -1e300, 3]) == 1)
        #expect(mean([0x1p100, 1e-18, -0x1p100]) == Float(1e-18 / 3))
        #expect(mean([1e-30]) == Float(0x1p-128 * (1e-30 * 0x1p128).rounded()))
        #expect(mean([.leastNonzeroMagnitude, -0.0]) == 0)
        #expect(mean([100_000_000.01, 100_000_000]) == 100_000_000.005)
    }

    /// A transaction whose amount is not a number does not change the others' features, in a table or one by one.
    @Test func amountsThatAreNoNumbersAreNotRecorded() throws {
        let good = FeatureOracle.transactions(400, seed: 45)
        let bad = good.prefix(60).enumerated().map { index, transaction in
            var transaction = transaction
            transaction.transactionID = Int64(1000 + index)
            transaction.amount = [.nan, .infinity, -.infinity][index % 3]
            return transaction
        }
        let expected = pipeline.columns(TransactionColumns(good))
        var state = pipeline.makeState(), one = pipeline.makeState(), other = pipeline.makeState()
        let columns = try pipeline.columns(TransactionColumns(good + bad), state: &state, threads: 2)
        #expect(columns.map { Array($0.prefix(400)) } == expected)
        for transaction in good + bad { one.record(transaction) }
        for transaction in good { other.record(transaction) }
        #expect(one.eventCount == other.eventCount && one.newestDateTime == other.newestDateTime)
        #expect(one.keyCount == other.keyCount)
        var clean = pipeline.makeState()
        _ = try pipeline.columns(TransactionColumns(good), state: &clean)
        #expect(state.encoded() == clean.encoded())
    }
}
