import Columnar
import Features
import Foundation
import TestSupport
import Testing

@Suite struct FeaturePipelineTests {
    private let pipeline = FeaturePipeline()

    private func row(_ transaction: Transaction, _ pipeline: FeaturePipeline, _ state: FeatureState) -> [Float] {
        [Float](unsafeUninitializedCapacity: pipeline.count) { row, initialized in
            row.initialize(repeating: 0)
            pipeline.compute(transaction, state: state, into: row)
            initialized = pipeline.count
        }
    }

    private func columns(_ rows: [[Float]], count: Int) -> [[Float]] {
        (0..<count).map { column in rows.map { $0[column] } }
    }

    @Test(.needs(.python)) func windowFeaturesAreThoseOfPandas() throws {
        let transactions = FeatureOracle.transactions(20_000, seed: 11)
        let expected = try FeatureOracle.windowFeatures(transactions)
        let actual = pipeline.columns(TransactionColumns(transactions))
        try #require(actual.count == 15 && expected.count == 15)
        for (name, (mine, theirs)) in zip(pipeline.names, zip(actual, expected)) {
            let worst = zip(mine, theirs).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 1
            #expect(worst < 1e-7, "\(name) differs by \(worst)")
        }
    }

    @Test func batchStreamAndSingleRowsAreBitIdentical() throws {
        let transactions = FeatureOracle.transactions(6000, seed: 12)
        let ordered = transactions.sorted { ($0.dateTime, $0.transactionID) < ($1.dateTime, $1.transactionID) }
        let whole = pipeline.columns(TransactionColumns(ordered))

        var state = pipeline.makeState()
        var rows: [[Float]] = []
        for transaction in ordered {
            rows.append(row(transaction, pipeline, state))
            state.record(transaction)
        }
        #expect(columns(rows, count: pipeline.count) == whole)

        // In portions, on several threads.
        var portioned = [[Float]](repeating: [], count: pipeline.count)
        var carried = pipeline.makeState()
        var start = 0
        for size in [1, 0, 17, 999, 2048, 6000] {
            let portion = Array(ordered[start..<min(ordered.count, start + size)])
            let part = try pipeline.columns(TransactionColumns(portion), state: &carried, threads: 3)
            for column in part.indices { portioned[column] += part[column] }
            start += portion.count
        }
        #expect(portioned == whole)
        #expect(carried.encoded() == state.encoded())

        // In any order of the table.
        let shuffled = pipeline.columns(TransactionColumns(transactions), threads: 2)
        let position = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.transactionID, $0) })
        let expected = whole.map { column in transactions.map { column[position[$0.transactionID] ?? 0] } }
        #expect(shuffled == expected)
    }

    @Test func nothingIsForgottenTooEarly() throws {
        // A year of one busy and one quiet customer, against a state that never forgets.
        var generator = SeededGenerator(seed: 13)
        var state = pipeline.makeState()
        var remembering = FeatureState(latenessDays: 3650)
        var time: Int64 = 1_522_540_800_000_000
        for id in 0..<40_000 {
            time += Int64.random(in: 0..<(2 * 365 * 86_400_000_000 / 40_000), using: &generator)
            let transaction = Transaction(
                transactionID: Int64(id), dateTime: time, customerID: id % 97 == 0 ? 2 : 1,
                terminalID: Int64.random(in: 1...40, using: &generator),
                amount: Double.random(in: 0...300, using: &generator),
                fraud: id % 13 == 0 ? 1 : 0)
            #expect(row(transaction, pipeline, state) == row(transaction, pipeline, remembering))
            state.record(transaction)
            remembering.record(transaction)
        }
        #expect(remembering.eventCount == 80_000)
        #expect(state.eventCount < 10_000)
    }

    @Test func basicFeaturesAreTheTransactionsOwn() throws {
        let pipeline = FeaturePipeline(.basic)
        let transactions = FeatureOracle.transactions(500, seed: 14)
        let columns = pipeline.columns(TransactionColumns(transactions), threads: 2)
        #expect(
            pipeline.names == [
                "tx_amount", "terminal_id", "hour", "time_of_day_0", "time_of_day_1", "time_of_day_2", "time_of_day_3",
            ])
        for (index, transaction) in transactions.enumerated() {
            let hour = CivilDateTime(microsecondsSince1970: transaction.dateTime).hour
            var expected = [Float(transaction.amount), Float(transaction.terminalID), Float(hour), 0, 0, 0, 0]
            expected[3 + hour / 6] = 1
            #expect(columns.map { $0[index] } == expected)
            #expect(row(transaction, pipeline, pipeline.makeState()) == expected)
        }
    }

    @Test func namesAreTheHandbooks() {
        #expect(
            pipeline.names == [
                "tx_amount", "tx_during_weekend", "tx_during_night", "customer_id_nb_tx_1day_window",
                "customer_id_avg_amount_1day_window", "customer_id_nb_tx_7day_window",
                "customer_id_avg_amount_7day_window",
                "customer_id_nb_tx_30day_window", "customer_id_avg_amount_30day_window",
                "terminal_id_nb_tx_1day_window",
                "terminal_id_risk_1day_window", "terminal_id_nb_tx_7day_window", "terminal_id_risk_7day_window",
                "terminal_id_nb_tx_30day_window", "terminal_id_risk_30day_window",
            ])
        #expect(pipeline.count == 15)
    }

    @Test func settingsSurviveJSON() throws {
        let windows = try FeatureWindows(customerDays: [2], terminalDays: [3, 14], delayDays: 5)
        for pipeline in [FeaturePipeline(), FeaturePipeline(.basic), FeaturePipeline(.windows, windows: windows)] {
            let text = try JSONEncoder().encode(pipeline)
            #expect(try JSONDecoder().decode(FeaturePipeline.self, from: text) == pipeline)
        }
        #expect(throws: FeatureError.self) { try FeatureWindows(customerDays: [], terminalDays: [1], delayDays: 7) }
        #expect(throws: FeatureError.self) {
            try FeatureWindows(customerDays: [7, 1], terminalDays: [1], delayDays: 7)
        }
        #expect(throws: FeatureError.self) { try FeatureWindows(customerDays: [1], terminalDays: [1], delayDays: 0) }
        let wrong = Data(#"{"set":"windows","windows":{"customer_days":[0],"terminal_days":[1],"delay_days":7}}"#.utf8)
        #expect(throws: (any Error).self) { try JSONDecoder().decode(FeaturePipeline.self, from: wrong) }
    }

    @Test func aStateOfOtherWindowsIsRefused() throws {
        let windows = try FeatureWindows(customerDays: [2], terminalDays: [3], delayDays: 5)
        var state = FeatureState(windows: windows)
        #expect(throws: FeatureError.stateMismatch(expected: .handbook, actual: windows)) {
            try pipeline.columns(TransactionColumns([]), state: &state)
        }
    }

    @Test func strangeTimesAndAmountsDoNotCrash() {
        var state = pipeline.makeState()
        var id: Int64 = 0
        for time in [Int64.min, .max, 0, .min, .max, -1] {
            for amount in [Double.nan, .infinity, -.infinity, 1e300, -0.0, .leastNonzeroMagnitude] {
                let transaction = Transaction(
                    transactionID: id, dateTime: time, customerID: .min, terminalID: .max, amount: amount, fraud: .min)
                let values = row(transaction, pipeline, state)
                #expect(values.dropFirst().allSatisfy { $0.isFinite })
                state.record(transaction)
                id += 1
            }
        }
        _ = pipeline.columns(
            TransactionColumns(
                (0..<10).map { id in
                    Transaction(
                        transactionID: id, dateTime: id % 2 == 0 ? .min : .max, customerID: 1, terminalID: 1,
                        amount: .nan)
                }))
    }
}
