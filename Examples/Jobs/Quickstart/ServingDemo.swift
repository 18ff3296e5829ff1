import Features
import Essentials
import Foundation
import JobSupport
import Logging
import Scoring
import ServiceLifecycle
import Serving

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Serves a model on a free port of this machine, requests some scores, and sends labels of some frauds.
enum ServingDemo {
    struct Result: Sendable {
        /// Of ``ServingPlan/asked``.
        var probabilities: [Double]
        var scoreBefore: Double
        var scoreAfter: Double
        var requests: Int
        var medianMilliseconds: Double
    }

    static func run(_ model: FraudModel, _ plan: ServingPlan, logger: Logger) async throws -> Result {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = ScoringServer(.fixed(model), configuration: ScoringServerConfiguration(port: 0), logger: logger) {
            port in
            continuation.yield(port)
        }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        return try await withThrowingTaskGroup(of: Result?.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
                return nil
            }
            tasks.addTask {
                guard let port = await ports.first(where: { _ in true }) else { return nil }
                do {
                    let result = try await ask(port, plan)
                    await group.triggerGracefulShutdown()
                    return result
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
            var result: Result?
            for try await ended in tasks { result = ended ?? result }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    private static func ask(_ port: Int, _ plan: ServingPlan) async throws -> Result {
        guard let base = URL(string: "http://127.0.0.1:\(port)") else {
            throw JobError.contradictorySettings("port \(port) is not valid in a URL")
        }
        // The model is loaded just after the socket is open.
        for _ in 0..<200 where try await status(URLRequest(url: base.appending(path: "health"))).code != 200 {
            try await Task.sleep(for: .milliseconds(5))
        }
        var milliseconds: [Double] = []
        func score(_ transaction: Transaction) async throws -> Double {
            var body: [UInt8] = []
            TransactionJSON.append(transaction, to: &body)
            let start = ContinuousClock.now
            let text = try await post(body, to: base.appending(path: "predict"))
            milliseconds.append((ContinuousClock.now - start).inSeconds * 1_000)
            guard let probability = Double(text) else {
                throw JobError.inconsistentScores("transaction \(transaction.transactionID): \(text) is not a score")
            }
            return probability
        }
        var probabilities: [Double] = []
        for transaction in plan.asked { probabilities.append(try await score(transaction)) }
        for fraud in plan.frauds { _ = try await score(fraud) }
        let before = try await score(plan.probe)
        _ = try await post(plan.labels, to: base.appending(path: "labels"))
        let after = try await score(plan.secondProbe)
        milliseconds.sort()
        return Result(
            probabilities: probabilities, scoreBefore: before, scoreAfter: after, requests: milliseconds.count + 1,
            medianMilliseconds: milliseconds[milliseconds.count / 2])
    }

    private static func post(_ body: [UInt8], to url: URL) async throws -> String {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let response = try await status(request)
        guard response.code == 200 else {
            throw JobError.inconsistentScores("the service responded \(response.code): \(response.text)")
        }
        return response.text
    }

    private static func status(_ request: URLRequest) async throws -> (code: Int, text: String) {
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }
}
