import Features
import TestSupport
import Testing

@Suite struct FeatureStateTests {
    private static let day: Int64 = 86_400_000_000
    private let pipeline = FeaturePipeline()
    private let now: Int64 = 1_566_432_000_000_000

    private func transaction(
        _ id: Int64, daysAgo: Double, customer: Int64 = 1, terminal: Int64 = 1, amount: Double = 10, fraud: Int32? = 0
    ) -> Transaction {
        Transaction(
            transactionID: id, dateTime: now - Int64(daysAgo * Double(Self.day)), customerID: customer,
            terminalID: terminal,
            amount: amount, fraud: fraud)
    }

    private func features(_ transaction: Transaction, _ state: FeatureState) -> [Float] {
        [Float](unsafeUninitializedCapacity: pipeline.count) { row, initialized in
            row.initialize(repeating: 0)
            pipeline.compute(transaction, state: state, into: row)
            initialized = pipeline.count
        }
    }

    private func feature(_ name: String, _ transaction: Transaction, _ state: FeatureState) throws -> Float {
        features(transaction, state)[try #require(pipeline.names.firstIndex(of: name))]
    }

    @Test func theOrderOfArrivalDoesNotMatter() throws {
        var generator = SeededGenerator(seed: 21)
        let transactions = FeatureOracle.transactions(3000, seed: 22)
        let ordered = transactions.sorted { $0.dateTime < $1.dateTime }
        // Each up to a day late.
        let late = ordered.map { ($0, $0.dateTime + Int64.random(in: 0...Self.day, using: &generator)) }
            .sorted { $0.1 < $1.1 }.map(\.0)
        var one = pipeline.makeState(), other = pipeline.makeState()
        for transaction in ordered { one.record(transaction) }
        for transaction in late { other.record(transaction) }
        one.removeUnreachable()
        other.removeUnreachable()
        #expect(one.eventCount == other.eventCount && one.newestDateTime == other.newestDateTime)
        let end = try #require(one.newestDateTime)
        for var probe in ordered {
            probe.dateTime = end - Int64.random(in: -Self.day...Self.day, using: &generator)
            #expect(features(probe, one) == features(probe, other))
        }
    }

    @Test func aLateTransactionGetsTheWindowsOfItsOwnTime() throws {
        var state = pipeline.makeState()
        for id in 0..<40 { state.record(transaction(Int64(id), daysAgo: Double(40 - id))) }
        let late = transaction(100, daysAgo: 1.5, amount: 110)
        #expect(try feature("customer_id_nb_tx_1day_window", late, state) == 2)
        #expect(try feature("customer_id_nb_tx_30day_window", late, state) == 31)
        #expect(try feature("customer_id_avg_amount_1day_window", late, state) == 60)
        state.record(late)
        let next = transaction(101, daysAgo: 0.75)
        #expect(try feature("customer_id_nb_tx_1day_window", next, state) == 3)
        #expect(try feature("customer_id_avg_amount_1day_window", next, state) == Float((10 + 110 + 10) / 3.0))
    }

    @Test func aLabelCountsOnceItIsKnown() throws {
        var state = pipeline.makeState()
        let fraud = transaction(1, daysAgo: 7.5, fraud: nil)
        state.record(fraud)
        state.record(transaction(2, daysAgo: 7.6))
        let current = transaction(3, daysAgo: 0)
        #expect(try feature("terminal_id_nb_tx_1day_window", current, state) == 2)
        #expect(try feature("terminal_id_risk_1day_window", current, state) == 0)
        // The same label again changes nothing; it can be withdrawn.
        for (isFraud, risk) in [(true, 0.5), (true, 0.5), (false, 0)] as [(Bool, Float)] {
            let isKnown = state.recordLabel(isFraud: isFraud, terminalID: 1, dateTime: fraud.dateTime)
            #expect(isKnown)
            #expect(try feature("terminal_id_risk_1day_window", current, state) == risk)
        }
        for (terminal, dateTime) in [(1, fraud.dateTime + 1), (2, fraud.dateTime)] as [(Int64, Int64)] {
            let isKnown = state.recordLabel(isFraud: true, terminalID: terminal, dateTime: dateTime)
            #expect(!isKnown)
        }
    }

    @Test func oneWrongDateDoesNotEraseTheHistory() throws {
        var state = pipeline.makeState()
        for id in 0..<30 { state.record(transaction(Int64(id), daysAgo: Double(30 - id) / 2)) }
        var wrong = transaction(100, daysAgo: 0)
        wrong.dateTime += 80 * 365 * Self.day
        state.record(wrong)
        state.record(transaction(101, daysAgo: 0))
        state.removeUnreachable()
        #expect(try feature("customer_id_nb_tx_30day_window", transaction(102, daysAgo: 0), state) == 32)
        // Not even when it comes first.
        var fresh = pipeline.makeState()
        fresh.record(wrong)
        for id in 0..<200 { fresh.record(transaction(Int64(id), daysAgo: 1 - Double(id) / 200)) }
        #expect(try #require(fresh.watermarkDateTime) < now)
        for id in 0..<10 { fresh.record(transaction(Int64(300 + id), daysAgo: 0)) }
        #expect(try feature("customer_id_nb_tx_7day_window", transaction(400, daysAgo: 0), fresh) > 60)
    }

    /// Ten transactions a day from Monday to Friday: after a weekend the watermark stays behind for days.
    @Test func theEndOfTheHistoryIsItsNewestTransactionAfterGapsToo() throws {
        var state = pipeline.makeState()
        var last: Int64 = 0
        for day in 0..<57 where day % 7 < 5 {
            for index in 0..<10 {
                let row = transaction(Int64(day * 10 + index), daysAgo: Double(57 - day) - Double(index) / 100)
                state.record(row)
                last = row.dateTime
            }
        }
        #expect(state.newestDateTime == last)
        #expect(try #require(state.watermarkDateTime) < last)
        for state in [state, try FeatureState(decoding: state.encoded())] {
            #expect(state.newestDateTime == last)
            #expect(state.end(before: last + 1) == last)
            #expect(state.end(before: last) == nil)
            #expect(state.end(before: last - 3 * Self.day) == nil)
        }
        #expect(pipeline.makeState().end(before: last) == nil)
        // One wrong date far ahead does not count as the end of the history.
        var wrong = transaction(1000, daysAgo: 0)
        wrong.dateTime += 80 * 365 * Self.day
        state.record(wrong)
        #expect(state.end(before: last + 1) == last)
        #expect(state.newestDateTime == wrong.dateTime)
    }

    @Test func tablesMoveTheEndAsSingleTransactionsDo() throws {
        let transactions = FeatureOracle.transactions(2000, seed: 30)
        var recorded = pipeline.makeState(), computed = pipeline.makeState()
        for transaction in transactions { recorded.record(transaction) }
        _ = try pipeline.columns(TransactionColumns(transactions), state: &computed, threads: 2)
        #expect(recorded.newestDateTime == transactions.map(\.dateTime).max())
        #expect(computed.newestDateTime == recorded.newestDateTime)
    }

    /// A state written before amounts beyond 1/10,000 were kept; the same transactions still give the same bytes.
    @Test func snapshotsOfTheFirstVersionAreReadAndWritten() throws {
        let hex =
            "41464653010301071e0301071e0780809d8e9a23018080ab91a8a5c8050102038080b5d6a09bc805d0e80c8080"
            + "bbdd8305a4138080bbdd8305e0a3a7ca9a3a0102038080b5d6a09bc805008080bbdd8305028080bbdd83050051"
            + "81edbd"
        let bytes = try stride(from: 0, to: hex.utf8.count, by: 2).map { start in
            try #require(UInt8(hex.dropFirst(start).prefix(2), radix: 16))
        }
        let restored = try FeatureState(decoding: bytes)
        #expect(restored.encoded() == bytes)
        var state = pipeline.makeState()
        for id in 0..<3 {
            state.record(
                transaction(
                    Int64(id), daysAgo: Double(3 - id), amount: [10.5, 0.1234, 99_999_999][id], fraud: Int32(id & 1)))
        }
        #expect(state.encoded() == bytes)
        #expect(features(transaction(9, daysAgo: 0), restored) == features(transaction(9, daysAgo: 0), state))
    }

    @Test func memoryFollowsTheWindowsNotTheStream() {
        var state = pipeline.makeState(latenessDays: 1)
        var largest = 0
        for id in 0..<400_000 {
            // A new customer and terminal with every transaction, a thousand a day.
            let time = now + Int64(id) * Self.day / 1000
            state.record(
                Transaction(
                    transactionID: Int64(id), dateTime: time, customerID: Int64(id), terminalID: Int64(id), amount: 1))
            if id % 10_000 == 0 { largest = max(largest, state.eventCount) }
        }
        #expect(largest < 4 * 65_536)
        state.removeUnreachable()
        #expect(state.keyCount.customers == 31_000 && state.keyCount.terminals == 38_000)
        #expect(state.eventCount == 69_000)
    }

    @Test func snapshotsComeBackAsTheyWere() throws {
        for count in [0, 1, 5000] {
            var state = pipeline.makeState(latenessDays: 3)
            for transaction in FeatureOracle.transactions(count, seed: 23).sorted(by: { $0.dateTime < $1.dateTime }) {
                state.record(transaction)
            }
            let bytes = state.encoded()
            var restored = try FeatureState(decoding: bytes)
            #expect(restored.encoded() == bytes)
            #expect(restored.newestDateTime == state.newestDateTime)
            for var transaction in FeatureOracle.transactions(500, seed: 24) {
                transaction.dateTime += 97 * Self.day
                #expect(features(transaction, restored) == features(transaction, state))
                state.record(transaction)
                restored.record(transaction)
            }
        }
    }

    @Test func snapshotsAreCompact() {
        var state = pipeline.makeState()
        for transaction in FeatureOracle.transactions(20_000, seed: 25).sorted(by: { $0.dateTime < $1.dateTime }) {
            state.record(transaction)
        }
        state.removeUnreachable()
        #expect(state.encoded().count < 10 * state.eventCount)
    }

    @Test func damagedSnapshotsAreRefused() throws {
        var state = pipeline.makeState()
        for transaction in FeatureOracle.transactions(300, seed: 26) { state.record(transaction) }
        let bytes = state.encoded()
        var generator = SeededGenerator(seed: 27)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: FeatureError.self) { try FeatureState(decoding: Array(bytes[..<length])) }
        }
        for _ in 0..<1000 {
            var damaged = bytes
            damaged[Int.random(in: bytes.indices, using: &generator)] ^= UInt8(
                1 << Int.random(in: 0..<8, using: &generator))
            #expect(throws: FeatureError.self) { try FeatureState(decoding: damaged) }
        }
    }

    /// With a matching checksum, the decoder itself must withstand any bytes before it.
    @Test func maliciousSnapshotsDoNotCrash() throws {
        var state = pipeline.makeState()
        for transaction in FeatureOracle.transactions(60, seed: 28) { state.record(transaction) }
        let bytes = state.encoded()
        var generator = SeededGenerator(seed: 29)
        var read = 0
        for _ in 0..<10_000 {
            var damaged = Array(bytes.dropLast(4))
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 8..<damaged.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                damaged.removeLast(Int.random(in: 0..<damaged.count - 8, using: &generator))
            }
            let checksum = FeatureState.checksum(damaged[...])
            for shift in stride(from: 0, to: 32, by: 8) {
                damaged.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift)))
            }
            guard let restored = try? FeatureState(decoding: damaged) else { continue }
            read += 1
            _ = try feature("customer_id_avg_amount_30day_window", transaction(1, daysAgo: 0), restored)
            #expect(try FeatureState(decoding: restored.encoded()).encoded() == restored.encoded())
        }
        #expect(read > 20)
    }
}
