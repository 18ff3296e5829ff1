import Columnar
import Features
import ModelKit
import Scoring
import StorageIO
import TestSupport

/// Transactions and models to test with.
enum ScoringFixture {
    static let day: Int64 = 86_400_000_000
    static let start: Int64 = 1_522_540_800_000_000

    /// Transactions in time order over 60 days; those of a few terminals are often frauds.
    static func transactions(_ count: Int, seed: UInt64, firstDay: Int64 = 0) -> [Transaction] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let time = start + firstDay * day + Int64(index) * (60 * day / Int64(count))
            let terminal = Int64.random(in: 0..<40, using: &generator)
            let amount = Double(Int.random(in: 100...20_000, using: &generator)) / 100
            let isFraud = terminal < 4 && Int.random(in: 0..<2, using: &generator) == 0 || amount > 195
            return Transaction(
                transactionID: Int64(index), dateTime: time, customerID: Int64.random(in: 0..<50, using: &generator),
                terminalID: terminal, amount: amount, timeSeconds: (time - start) / 1_000_000,
                timeDays: Int32((time - start) / day), fraud: isFraud ? 1 : 0)
        }
    }

    static func batch(_ transactions: some Collection<Transaction>) throws -> RecordBatch {
        try TransactionColumns(transactions).recordBatch()
    }

    static let provenance = ModelProvenance(
        createdAt: "2019-08-22T00:00:31Z", data: "memory://tests/training", rows: 3000, parameters: ["rounds": "10"],
        metrics: ["roc_auc": 0.9])

    /// A small boosted model with the history at the end of training.
    static func model(
        _ pipeline: FeaturePipeline = FeaturePipeline(), rounds: Int = 10, threshold: Double = 0.5
    ) throws -> FraudModel {
        let training = TransactionColumns(transactions(3000, seed: 1))
        var state = pipeline.makeState()
        let columns = try pipeline.columns(training, state: &state)
        let matrix = try FeatureMatrix(names: pipeline.names, columns: columns)
        return try FraudModel(
            features: .pipeline(pipeline), classifier: try classifier(matrix, try training.labels(), rounds),
            threshold: threshold, provenance: provenance, state: pipeline.usesHistory ? state : nil)
    }

    static func classifier(_ matrix: FeatureMatrix, _ labels: [UInt8], _ rounds: Int = 10) throws
        -> any BinaryClassifier
    {
        var configuration = BoostedTreesConfiguration()
        configuration.rounds = rounds
        configuration.maxLeaves = 7
        configuration.threads = 1
        return try BoostedTreesTrainer(configuration).trainBlocking(matrix, labels: labels).model
    }

    /// An empty folder in memory.
    static func location(_ store: InMemoryObjectStore = InMemoryObjectStore(name: "tests")) throws -> StorageLocation {
        StorageLocation(store: store, uri: try StorageURI("memory://tests/models/one"))
    }
}
