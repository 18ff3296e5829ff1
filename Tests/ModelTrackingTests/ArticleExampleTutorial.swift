import DataPrep
import Features
import Logging
import ModelTracking
import Pipelines
import Scoring
import ServiceLifecycle
import Serving
import StorageIO
import Tracking
import UnixSignals

// The code of Documentation/Tutorial.md; a test compares the two.
struct FraudDetection {
    var raw = "raw"
    var output = "output"
    var transactions = 200_000
    var days = 120

    let stores = ObjectStoreRegistry()
    var data: String { "\(output)/clean.parquet" }
    var tracking: TrackingDestination { TrackingDestination(uri: "sqlite:///\(output)/mlflow.db") }
    let champion = "models:/antifraud@champion"

    func write(_ page: String, as name: String) async throws {
        let location = try stores.resolve("\(output)/\(name)")
        try await location.store.put(Array(page.utf8), to: location.key())
    }
}

extension FraudDetection {
    func simulate() async throws {
        let simulator = try HandbookSimulator(options: .scaled(toTransactions: transactions, days: days))
        try await DirtWriter(simulator: simulator, rates: .course).write(to: stores.resolve(raw), threads: 2)
    }
}

extension FraudDetection {
    func clean() async throws -> CleaningReport {
        let files = try await DataFiles.find(stores.resolve(raw))
        let cleaner = Cleaner(plan: CleaningPlan(outliers: .standard))
        let report = try await cleaner.clean(files, to: .location(stores.resolve(data)))
        try await write(report.html(), as: "cleaning.html")
        return report
    }
}

extension FraudDetection {
    func train() async throws -> ModelPublisher.Receipt {
        try await ModelPublisher.withTracking(tracking, stores: stores) { publisher in
            let request = TrainingRequest(
                data: data, features: .transactions(.windows), testRows: .share(0.2), validationShare: 0.2)
            let result = try await TrainingPipeline(request, stores: stores).run()
            if let evaluation = result.evaluation {
                try await write(QualityReport(evaluation).html(), as: "quality.html")
            }
            let model = try stores.resolve("\(output)/model")
            try await result.model.save(to: model)
            return try await publisher.publish(result, model: model, data: data, registration: ModelRegistration())
        }
    }
}

extension FraudDetection {
    func promote(_ training: ModelPublisher.Receipt) async throws -> PromotionResult {
        let request = PromotionRequest(
            candidate: "runs:/\(training.runID)/model", champion: champion, data: data,
            report: "\(output)/comparison.html")
        return try await ModelPromotion(request, tracking: tracking, stores: stores).run()
    }
}

extension FraudDetection {
    func score(_ transaction: Transaction) async throws -> TransactionScore {
        let model = try await ModelLoader(stores: stores, tracking: tracking).load(champion)
        return try OnlineScorer(model).score(transaction)
    }
}

extension FraudDetection {
    func service(
        port: Int, logger: Logger, onRunning: @escaping @Sendable (_ port: Int) async -> Void
    ) async throws -> ServiceGroup {
        let loader = ModelLoader(stores: stores, tracking: tracking)
        let models = try await loader.open(champion, every: .seconds(10), logger: logger).models
        let server = ScoringServer(
            models, configuration: ScoringServerConfiguration(port: port), logger: logger, onRunning: onRunning)
        return ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    }
}

extension FraudDetection {
    func prepare() async throws -> PromotionResult {
        try await simulate()
        let cleaning = try await clean()
        print("kept \(cleaning.rowsKept) of \(cleaning.rowsRead) rows")
        let training = try await train()
        let promotion = try await promote(training)
        print("version \(promotion.candidateVersion): \(promotion.decision.rawValue), \(promotion.reason)")
        return promotion
    }

    func run(port: Int) async throws {
        _ = try await prepare()
        let service = try await service(port: port, logger: Logger(label: "fraud-detection")) { port in
            print("http://127.0.0.1:\(port)/docs")
        }
        try await service.run()
    }
}
