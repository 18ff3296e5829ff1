import DataPrep
import ModelKit

/// Makes a single transaction's features, by either kind of definition.
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

    func compute(_ transaction: Transaction, state: FeatureState, into row: UnsafeMutableBufferPointer<Float>) {
        switch source {
        case .pipeline(let pipeline):
            pipeline.compute(transaction, state: state, into: row)
        case .columns(let columns):
            for (index, column) in columns.enumerated() {
                row[index] =
                    switch column {
                    case .transactionID: Float(transaction.transactionID)
                    case .customerID: Float(transaction.customerID)
                    case .terminalID: Float(transaction.terminalID)
                    case .amount: Float(transaction.amount)
                    case .timeSeconds: Float(transaction.timeSeconds)
                    case .timeDays: Float(transaction.timeDays)
                    case .dateTime, .fraud, .fraudScenario: .nan
                    }
            }
        }
    }
}

extension TransactionFeatures {
    /// Turns rows of `count` values, one after the other, into columns.
    func matrix(_ rows: [Float], rowCount: Int, names: [String]) throws(ModelError) -> FeatureMatrix {
        let columns = (0..<count).map { column in
            [Float](unsafeUninitializedCapacity: rowCount) { target, initialized in
                for row in 0..<rowCount { target.initializeElement(at: row, to: rows[row * count + column]) }
                initialized = rowCount
            }
        }
        return try FeatureMatrix(names: names, columns: columns)
    }
}
