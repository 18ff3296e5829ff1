import Columnar
import Features
import Streaming
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TransactionProducerTests {
    @Test func sendsRowsKeyedByCustomerInSparksForm() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 4])
        let transactions = Sample.transactions(3_000)
        try await cluster.send(transactions)
        let consumer = KafkaConsumer(cluster.configuration, topics: ["transactions"], settings: Sample.settings())
        async let running: Void = consumer.run()
        var read: [Transaction] = []
        var partitionOf: [Int64: Int32] = [:]
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                let value = Array(try #require(batch.value(at: index)))
                let transaction = try TransactionJSON.decode(value)
                let key = String(decoding: try #require(batch.key(at: index)), as: UTF8.self)
                #expect(key == "\(transaction.customerID)")
                let partition = batch.messages[index].partition
                #expect(partitionOf.updateValue(partition, forKey: transaction.customerID) ?? partition == partition)
                if transaction.transactionID == 0 {
                    #expect(String(decoding: value, as: UTF8.self).contains(".000Z\""))
                }
                read.append(transaction)
            }
            if read.count == 3_000 { consumer.stop() }
        }
        try await running
        for customer in Set(transactions.map(\.customerID)) {
            #expect(read.filter { $0.customerID == customer } == transactions.filter { $0.customerID == customer })
        }
    }

    @Test func keepsToTheRateAndTheLimit() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        let table = try TransactionColumns(Sample.transactions(500)).recordBatch()
        let (batches, continuation) = AsyncStream<RecordBatch>.makeStream()
        for _ in 0..<10 { continuation.yield(table) }
        continuation.finish()
        var seen: [Int] = []
        let start = ContinuousClock.now
        let progress = try await TransactionProducer(producer, topic: "transactions", rate: 2_000)
            .send(batches, limit: 1_200) { seen.append($0.sent) }
        let taken = start.duration(to: .now)
        #expect(progress.sent == 1_200 && progress.acknowledged == 1_200)
        #expect(seen == seen.sorted() && seen.last == 1_200)
        // Never faster than requested.
        #expect(taken >= .milliseconds(550))
        await producer.close()
    }

    /// JSON has no such number, and `null` instead of it could not be read.
    @Test func amountsThatAreNoNumbersAreNotSent() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1])
        let producer = try await KafkaProducer(cluster.configuration)
        var transactions = Sample.transactions(100)
        for (row, amount) in [(0, Double.nan), (7, .infinity), (99, -.infinity)] { transactions[row].amount = amount }
        let progress = try await TransactionProducer(producer, topic: "transactions", rate: 10_000)
            .send(TransactionColumns(transactions))
        #expect(progress.sent == 97 && progress.acknowledged == 97 && progress.refused == 3)
        let limited = AsyncStream<RecordBatch> { continuation in
            if let table = try? TransactionColumns(transactions).recordBatch() { continuation.yield(table) }
            continuation.finish()
        }
        let first = try await TransactionProducer(producer, topic: "transactions").send(limited, limit: 10)
        #expect(first.sent == 10 && first.refused == 2)
        await producer.close()
    }

    // MARK: Columns of one's own

    /// Messages of a topic: keys, values and partitions.
    private static func read(
        _ cluster: MockKafkaCluster, _ topic: String, count: Int
    ) async throws -> [(key: String?, record: TransactionRecord, partition: Int32)] {
        let json = try RecordJSON(PlanSample.schema)
        let consumer = KafkaConsumer(
            cluster.configuration, topics: [topic], settings: Sample.settings(group: "reader of \(topic)"))
        async let running: Void = consumer.run()
        var read: [(key: String?, record: TransactionRecord, partition: Int32)] = []
        for try await batch in consumer.batches {
            for index in 0..<batch.count {
                read.append(
                    (
                        batch.key(at: index).map { String(decoding: $0, as: UTF8.self) },
                        try json.decode(Array(try #require(batch.value(at: index)))), batch.messages[index].partition
                    ))
            }
            if read.count == count { consumer.stop() }
        }
        try await running
        return read
    }

    @Test(arguments: [nil, "BOOKING", "shop"]) func rowsOfAnySchemaReadBackEqual(keyColumn: String?) async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 4])
        // A transaction without the column's value has no key.
        let records = PlanSample.records(3_000).filter { $0.values[2] != .null && $0.values[3] != .null }
        let progress = try await cluster.send(records, keyColumn: keyColumn)
        #expect(progress.acknowledged == records.count && progress.refused == 0)
        let read = try await Self.read(cluster, "transactions", count: records.count)
        let column = keyColumn == nil ? 2 : keyColumn == "shop" ? 3 : 0
        var partitionOf: [String: Int32] = [:]
        for (key, record, partition) in read {
            let key = try #require(key)
            #expect(
                record.values[column] == (column == 3 ? Int64(key).map(TransactionValue.integer) : .text(key)))
            #expect(partitionOf.updateValue(partition, forKey: key) ?? partition == partition)
        }
        // The transactions of a key keep their order.
        for key in Set(records.map { $0.values[column] }) {
            #expect(
                read.map(\.record).filter { $0.values[column] == key } == records.filter { $0.values[column] == key })
        }
    }

    @Test func rowsWithoutAmountAreNotSent() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1])
        var records = PlanSample.records(100)
        records[0].values[4] = .null
        records[7].values[4] = .number(.nan)
        records[60].values[4] = .number(.infinity)
        let progress = try await cluster.send(records)
        #expect(progress.sent == 97 && progress.acknowledged == 97 && progress.refused == 3)
    }

    @Test func whatCannotBeSentIsNamed() async throws {
        let cluster = try await MockKafkaCluster(topics: ["transactions": 1])
        let records = PlanSample.records(100)
        let noColumn = await #expect(throws: SchemaError.self) { try await cluster.send(records, keyColumn: "crad") }
        #expect(noColumn.map { "\($0)" }?.contains("'crad' (did you mean 'card'?)") == true)
        var untimed = records
        untimed[70].values[1] = .null
        let noTime = await #expect(throws: TransactionError.self) { try await cluster.send(untimed) }
        // Counted from the first of all rows.
        #expect(noTime == .missingValue(column: "booked", row: 70))
    }

    @Test func tokensAddUpToTheRate() {
        let start = ContinuousClock.now
        var bucket = TokenBucket(rate: 100, capacity: 10, now: start)
        // On credit: each waits for its turn.
        #expect(bucket.take(10, now: start) == .milliseconds(100))
        #expect(bucket.take(10, now: start) == .milliseconds(200))
        // After a long pause only the capacity is saved up.
        let later = start + .seconds(60)
        #expect(bucket.take(10, now: later) == .zero)
        #expect(bucket.take(50, now: later) == .milliseconds(500))
    }
}
