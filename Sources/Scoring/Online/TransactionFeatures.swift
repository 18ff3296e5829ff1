import Features
import ModelKit

/// Computes a single transaction's features, by either kind of definition.
struct TransactionFeatures: Sendable {
    private enum Source: Sendable {
        case pipeline(FeaturePipeline)
        case columns([TransactionColumn])
    }

    let count: Int
    private let source: Source

    /// - Throws: ``ScoringError/notInTransaction(columns:)`` for columns that are not a transaction's own numbers.
    init(_ definition: FeatureDefinition) throws(ScoringError) {
        count = definition.names.count
        switch definition {
        case .pipeline(let pipeline):
            source = .pipeline(pipeline)
        case .plan(_, let schema):
            throw .otherTransactions(expected: .handbook, actual: schema)
        case .columns(let names):
            var columns: [TransactionColumn] = []
            var unknown: [String] = []
            for name in names {
                if let column = TransactionColumn(spelling: name), !column.isLabel, column != .dateTime {
                    columns.append(column)
                } else {
                    unknown.append(name)
                }
            }
            guard unknown.isEmpty else { throw .notInTransaction(columns: unknown) }
            source = .columns(columns)
        }
    }

    var usesHistory: Bool {
        if case .pipeline(let pipeline) = source { pipeline.usesHistory } else { false }
    }

    /// Whether the transaction's amount is one that features can be computed from.
    func canScore(_ transaction: Transaction) -> Bool {
        if case .pipeline = source { transaction.amount.isFinite } else { true }
    }

    func compute(_ transaction: Transaction, state: FeatureState, into row: UnsafeMutableBufferPointer<Float>) {
        switch source {
        case .pipeline(let pipeline):
            pipeline.compute(transaction, state: state, into: row)
        case .columns(let columns):
            for (index, column) in columns.enumerated() { row[index] = Float(Self.value(column, transaction)) }
        }
    }

    /// Whether features are a transaction's own numbers, which may need 64 bits.
    var areOwnNumbers: Bool {
        if case .columns = source { true } else { false }
    }

    /// The numbers in 64 bits, where features are a transaction's own.
    func compute(_ transaction: Transaction, into row: UnsafeMutableBufferPointer<Double>) {
        guard case .columns(let columns) = source else { return row.update(repeating: .nan) }
        for (index, column) in columns.enumerated() { row[index] = Self.value(column, transaction) }
    }

    private static func value(_ column: TransactionColumn, _ transaction: Transaction) -> Double {
        switch column {
        case .transactionID: Double(transaction.transactionID)
        case .customerID: Double(transaction.customerID)
        case .terminalID: Double(transaction.terminalID)
        case .amount: transaction.amount
        case .timeSeconds: Double(transaction.timeSeconds)
        case .timeDays: Double(transaction.timeDays)
        case .dateTime, .fraud, .fraudScenario: .nan
        }
    }
}

extension TransactionFeatures {
    /// A transaction's own numbers in 64 bits.
    func matrix(_ transactions: [Transaction], names: [String]) throws(ModelError) -> FeatureMatrix {
        var columns = [[Double]](repeating: [], count: count)
        var row = [Double](repeating: 0, count: count)
        for transaction in transactions {
            row.withUnsafeMutableBufferPointer { compute(transaction, into: $0) }
            for (index, value) in row.enumerated() { columns[index].append(value) }
        }
        return try FeatureMatrix(
            names: names, columns: columns.map { $0.map { Float($0) } },
            doubles: Dictionary(uniqueKeysWithValues: zip(columns.indices, columns)))
    }
}
