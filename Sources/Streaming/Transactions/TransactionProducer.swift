public import Columnar
public import Features
import Essentials
import Parallelism

/// Sends transactions as JSON objects with the nine columns, the time in Spark's form (`2019-08-22T00:00:31.000Z`), or with those of a
/// schema (`RecordJSON`).
///
/// A message's key is its `customer_id` in decimal digits, or the value of a schema's first key: the transactions of a customer
/// share a partition, and keep their order. Those of a terminal are spread over the partitions, and may be read out of order.
///
/// A transaction whose amount is not a finite number is not sent: JSON has no such number, and it could not be scored.
public struct TransactionProducer: Sendable {
    /// The progress of sending.
    public struct Progress: Sendable, Hashable {
        /// Transactions enqueued in the producer.
        public internal(set) var sent = 0
        /// Transactions that the brokers have acknowledged.
        public internal(set) var acknowledged = 0
        /// Transactions that are not sent: their amount is not a finite number.
        public internal(set) var refused = 0
    }

    /// Most transactions encoded at a time, and batches waiting for acknowledgement.
    private static let portion = 10_000
    private static let batchesUnderWay = 16

    private let producer: KafkaProducer
    private let topic: String
    private let rate: Double?

    /// - Parameters:
    ///   - rate: transactions per second; nil for as fast as the brokers accept them.
    /// - Precondition: a rate is above 0.
    public init(_ producer: KafkaProducer, topic: String, rate: Double? = nil) {
        precondition(rate.map { $0 > 0 } ?? true, "the rate must be above 0")
        self.producer = producer
        self.topic = topic
        self.rate = rate
    }

    /// Sends the rows of all batches, in their order, and waits until the last is acknowledged.
    /// - Parameters:
    ///   - limit: after how many transactions to stop.
    ///   - progress: called some times a second, and at the end.
    /// - Throws: `TransactionError` for a batch without a needed column, ``DeliveryError`` or ``KafkaError`` when
    ///   something is not delivered, and what the sequence throws.
    @discardableResult
    public func send<Batches: AsyncSequence>(
        _ batches: Batches, limit: Int = .max, progress: (Progress) -> Void = { _ in }
    ) async throws -> Progress where Batches.Element == RecordBatch {
        var sending = Sending(rate: rate)
        for try await batch in batches {
            try await send(try TransactionColumns(batch), limit: limit, &sending, progress)
            if sending.progress.sent >= limit { break }
        }
        return try await finish(&sending, progress)
    }

    /// Sends the rows of all batches as objects with the columns of a schema, in their order, and waits until the last is
    /// acknowledged.
    /// - Parameters:
    ///   - schema: What the columns of the batches are. Other columns are not sent.
    ///   - keyColumn: The column whose value is a message's key; nil for the schema's first key. A message has no key where that is
    ///     missing, or the schema has none.
    ///   - limit: after how many transactions to stop.
    ///   - progress: called some times a second, and at the end.
    /// - Throws: `SchemaError` for a key column that the schema does not have, or a batch without a needed column;
    ///   `TransactionError` for an invalid value, and for a row without id or time; ``DeliveryError`` or ``KafkaError`` when
    ///   something is not delivered, and what the sequence throws.
    @discardableResult
    public func send<Batches: AsyncSequence>(
        _ batches: Batches, schema: TransactionSchema, keyColumn: String? = nil, limit: Int = .max,
        progress: (Progress) -> Void = { _ in }
    ) async throws -> Progress where Batches.Element == RecordBatch {
        let encoder = try RecordEncoder(schema, keyColumn: keyColumn)
        var sending = Sending(rate: rate)
        var rowsBefore: Int64 = 0
        for try await batch in batches {
            let start = rowsBefore
            let rows = try await onDedicatedThread(named: "transaction-reading") { _ in
                try TransactionError.naming(after: start) { try encoder.rows(of: batch) }
            }
            rowsBefore += Int64(batch.rowCount)
            try await send(rowCount: rows.rowCount, limit: limit, &sending, progress) { encoder.encode(rows, $0) }
            if sending.progress.sent >= limit { break }
        }
        return try await finish(&sending, progress)
    }

    /// Sends the rows of a table, in their order, and waits until the last is acknowledged.
    /// - Throws: ``DeliveryError`` or ``KafkaError`` when something is not delivered.
    @discardableResult
    public func send(
        _ transactions: TransactionColumns, progress: (Progress) -> Void = { _ in }
    ) async throws -> Progress {
        var sending = Sending(rate: rate)
        try await send(transactions, limit: .max, &sending, progress)
        return try await finish(&sending, progress)
    }

    private struct Sending {
        var progress = Progress()
        var bucket: TokenBucket?
        var underWay: [(delivery: Delivery, count: Int)] = []
        /// Slow rates are sent in small portions, some twenty a second.
        let portion: Int

        init(rate: Double?) {
            portion = rate.map { max(1, min(TransactionProducer.portion, Int($0 / 20))) } ?? TransactionProducer.portion
            let portion = portion
            bucket = rate.map { TokenBucket(rate: $0, capacity: Double(2 * portion), now: .now) }
        }
    }

    private func send(
        _ transactions: TransactionColumns, limit: Int, _ sending: inout Sending, _ progress: (Progress) -> Void
    ) async throws {
        try await send(rowCount: transactions.count, limit: limit, &sending, progress) {
            Self.messages(transactions, $0)
        }
    }

    /// - Parameter encode: Makes the messages of some rows.
    private func send(
        rowCount: Int, limit: Int, _ sending: inout Sending, _ progress: (Progress) -> Void,
        encode: @escaping @Sendable (Range<Int>) -> (batch: MessageBatch, refused: Int)
    ) async throws {
        var start = 0
        while start < rowCount, sending.progress.sent < limit {
            let count = min(sending.portion, limit - sending.progress.sent)
            let rows = start..<min(rowCount, start + count)
            start = rows.upperBound
            let (batch, refused) = try await onDedicatedThread(named: "transaction-json") { _ in encode(rows) }
            sending.progress.refused += refused
            let messages = rows.count - refused
            guard messages > 0 else { continue }
            if let wait = sending.bucket?.take(messages, now: .now), wait > .zero { try await Task.sleep(for: wait) }
            sending.underWay.append((try await producer.produce(batch, to: topic), messages))
            sending.progress.sent += messages
            try await settle(&sending, leaving: Self.batchesUnderWay)
            progress(sending.progress)
        }
    }

    private func settle(_ sending: inout Sending, leaving rest: Int) async throws {
        while sending.underWay.count > rest {
            let (delivery, count) = sending.underWay.removeFirst()
            try await delivery.confirm()
            sending.progress.acknowledged += count
        }
    }

    private func finish(_ sending: inout Sending, _ progress: (Progress) -> Void) async throws -> Progress {
        try await settle(&sending, leaving: 0)
        progress(sending.progress)
        return sending.progress
    }

    private static func messages(
        _ transactions: TransactionColumns, _ rows: Range<Int>
    ) -> (batch: MessageBatch, refused: Int) {
        var batch = MessageBatch()
        var refused = 0
        batch.reserveCapacity(messages: rows.count, bytes: rows.count * 240)
        for row in rows {
            let transaction = transactions[row]
            guard transaction.amount.isFinite else {
                refused += 1
                continue
            }
            batch.append {
                $0.append(decimal: transaction.customerID)
            } value: {
                TransactionJSON.append(transaction, to: &$0)
            }
        }
        return (batch, refused)
    }
}
