import Columnar
import Features
import Foundation
import Logging
import ModelKit
import Parallelism
import Scoring
import Streaming
import TestSupport

/// Transactions with columns of one's own, and models with a plan over them.
enum PlanSample {
    static let schema = TransactionSchema(
        name: "cards",
        columns: [
            SchemaColumn("booking", .text, role: .id),
            SchemaColumn("booked", .timestamp(format: .unixMilliseconds), role: .time),
            SchemaColumn("card", .text, role: .key), SchemaColumn("shop", .integer(), role: .key),
            SchemaColumn("amount", .float(), role: .amount), SchemaColumn("kind", .category),
            SchemaColumn("online", .boolean()), SchemaColumn("fraud", .integer(width: .bits32), role: .label()),
        ])

    /// The same transactions without the column with a role.
    static func schema(without role: ColumnRole.Kind) -> TransactionSchema {
        TransactionSchema(name: schema.name, columns: schema.columns.filter { $0.role.kind != role })
    }

    /// The plan that follows from a schema; `kind` has the values of ``records(_:seed:)``.
    private static func plan(_ schema: TransactionSchema) throws -> FeaturePlan {
        let plan = try FeaturePlan.extended(for: schema)
        var counter = CategoryCounter(for: plan)
        let kinds = try Column(type: .string, storage: .bytes(ByteArrays(["a", "b", "\u{E9}\""])))
        try counter.add(RecordBatch([("kind", kinds)]))
        return plan.fitted(with: counter)
    }

    static func model(_ schema: TransactionSchema = schema, sign: Float = 1) throws -> FraudModel {
        let plan = try plan(schema)
        return try FraudModel(
            features: .plan(plan, schema: schema),
            classifier: LogarithmicSum(featureNames: plan.names, sign: sign),
            provenance: ModelProvenance(createdAt: "2020-01-01T00:00:00Z", data: "test", rows: 0))
    }

    static func messages() throws -> RecordMessages { try RecordMessages(FeatureEngine(plan(schema), schema: schema)) }

    static func record(_ id: String, at time: Int64) -> TransactionRecord {
        TransactionRecord([
            .text(id), .time(time), .text("c"), .integer(1), .number(1), .null, .null, .null,
        ])
    }

    /// Transactions of forty days by time, then id; some values are missing, never id, time and amount.
    /// - Parameter step: Milliseconds that times are whole multiples of, so that some are equal; nil for times that differ.
    static func records(_ count: Int, seed: UInt64 = 1, step: Int64? = nil) -> [TransactionRecord] {
        var generator = SeededGenerator(seed: seed)
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
        var taken = Set<Int64>()
        var times: [Int64] = []
        while times.count < count {
            let time = Int64.random(in: 0..<40 * 86_400_000, using: &generator)
            if let step { times.append(time / step * step) } else if taken.insert(time).inserted { times.append(time) }
        }
        let ids = (0..<count).map { "b-\(($0 * 7919) % count)" }
        let keys = zip(times.sorted(), ids).sorted {
            $0.0 != $1.0 ? $0.0 < $1.0 : $0.1.utf8.lexicographicallyPrecedes($1.1.utf8)
        }
        return keys.map { time, id in
            TransactionRecord([
                .text(id), .time((1_566_432_000_000 + time) * 1_000),
                chance(3) ? .null : .text("card \(Int.random(in: 0..<200, using: &generator))"),
                chance(3) ? .null : .integer(Int64.random(in: 0..<50, using: &generator)),
                .number(Double(Int.random(in: 1..<30_000, using: &generator)) / 100),
                chance(10) ? .null : .text(["a", "b", "\u{E9}\""].randomElement(using: &generator) ?? ""),
                chance(10) ? .null : .boolean(chance(50)), .integer(chance(5) ? 1 : 0),
            ])
        }
    }

    static func withoutLabels(_ records: [TransactionRecord]) -> [TransactionRecord] {
        records.map { TransactionRecord(Array($0.values.dropLast()) + [.null]) }
    }

    /// Records without the values of a column, for a schema without it.
    static func records(_ records: [TransactionRecord], without role: ColumnRole.Kind) -> [TransactionRecord] {
        records.map { record in
            TransactionRecord(zip(schema.columns, record.values).filter { $0.0.role.kind != role }.map(\.1))
        }
    }

    /// A table in a schema's columns.
    static func table(_ records: [TransactionRecord], _ schema: TransactionSchema = schema) throws -> RecordBatch {
        let table = try schema.tableSchema()
        let columns = try table.fields.enumerated().map { index, field in
            let values = records.map { $0.values[index] }
            let storage: ColumnStorage =
                switch field.type.physicalType {
                case .boolean: .boolean(Bitmap(values.map { $0 == .boolean(true) }))
                case .int32: .int32(values.map { Int32(truncatingIfNeeded: $0.integer) })
                case .int64: .int64(values.map(\.integer))
                case .float32: .float32(values.map { Float($0.number) })
                case .float64: .float64(values.map(\.number))
                case .bytes: .bytes(ByteArrays(values.map(\.text)))
                }
            return try Column(type: field.type, storage: storage, validity: Bitmap(values.map { $0 != .null }))
        }
        return try RecordBatch(schema: table, columns: columns)
    }

    /// The scores of a scorer that gets the transactions one after the other, by id.
    static func scores(
        _ records: [TransactionRecord], _ scorer: OnlineScorer
    ) throws -> [TransactionValue: Double] {
        let scores = try records.map { try scorer.score($0) }
        return Dictionary(uniqueKeysWithValues: scores.map { ($0.id, $0.probability) })
    }
}

extension TransactionValue {
    fileprivate var integer: Int64 {
        switch self {
        case .integer(let value), .time(let value): value
        default: 0
        }
    }

    fileprivate var number: Double { if case .number(let value) = self { value } else { 0 } }

    fileprivate var text: String { if case .text(let value) = self { value } else { "" } }
}

/// The logistic function of a weighted sum of the logarithms of all features that are there: sensitive to each of them, whether they
/// are shares or seconds.
struct LogarithmicSum: BinaryClassifier {
    let featureNames: [String]
    var sign: Float = 1

    func probability(row: UnsafeBufferPointer<Float>) -> Double {
        var sum = 0.0
        for (index, value) in row.enumerated() where !value.isNaN {
            let value = Double(value * sign)
            sum += (value < 0 ? -1 : 1) * log1p(abs(value)) / Double(index + 3)
        }
        return 1 / (1 + exp(3 - sum))
    }

    func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
        try requireFeatures(features)
        return (0..<features.rowCount).map { row in
            let values = features.columns.map { $0[row] }
            return values.withUnsafeBufferPointer { probability(row: $0) }
        }
    }

    var featureImportance: [Double] { featureNames.map { _ in 1 / Double(featureNames.count) } }
}

/// A result of a model with the plan, as any other program reads it.
struct PlanResult: Decodable, Hashable {
    let booking: String?
    let booked: String?
    let card: String?
    let shop: Int64?
    let probability: Double
    let prediction: Int
}

extension MockKafkaCluster {
    /// Sends records as `produce-transactions` does, from two batches.
    @discardableResult
    func send(
        _ records: [TransactionRecord], _ schema: TransactionSchema = PlanSample.schema, keyColumn: String? = nil,
        topic: String = "transactions"
    ) async throws -> TransactionProducer.Progress {
        let table = try PlanSample.table(records, schema)
        let half = table.rowCount / 2
        let (batches, continuation) = AsyncStream<RecordBatch>.makeStream()
        for rows in [0..<half, half..<table.rowCount] { continuation.yield(table.slice(rows)) }
        continuation.finish()
        let producer = try await KafkaProducer(configuration)
        defer { Task { await producer.close() } }
        return try await TransactionProducer(producer, topic: topic).send(
            batches, schema: schema, keyColumn: keyColumn)
    }

    func send(_ texts: [String], topic: String) async throws {
        var batch = MessageBatch()
        for text in texts { batch.append(key: "k".utf8, value: text.utf8) }
        let producer = try await KafkaProducer(configuration)
        try await producer.produce(batch, to: topic).confirm()
        await producer.close()
    }
}

/// Keeps the lines of a log.
final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }

    private let lines = Lock<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test", factory: { _ in Handler(lines: self) }) }
}
