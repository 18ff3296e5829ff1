import DataPrep
import Foundation
import Logging
import Scoring
import ServiceLifecycle
import Serving

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Serves a model on a free port of this machine and asks it for some scores.
enum ServingDemo {
    struct Result: Sendable {
        var probabilities: [Double]
        var medianMilliseconds: Double
    }

    static func run(_ model: FraudModel, _ transactions: [Transaction], logger: Logger) async throws -> Result {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = ScoringServer(.fixed(model), configuration: ServerConfiguration(port: 0), logger: logger) { port in
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
                    let result = try await ask(port, transactions)
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

    private static func ask(_ port: Int, _ transactions: [Transaction]) async throws -> Result {
        guard let health = URL(string: "http://127.0.0.1:\(port)/health"),
            let predict = URL(string: "http://127.0.0.1:\(port)/predict")
        else { throw JobError.contradictorySettings("port \(port) is no part of a URL") }
        // The model arrives just after the socket.
        for _ in 0..<200 where try await status(URLRequest(url: health)).code != 200 {
            try await Task.sleep(for: .milliseconds(5))
        }
        var probabilities: [Double] = [], milliseconds: [Double] = []
        for transaction in transactions {
            var body: [UInt8] = []
            TransactionJSON.append(transaction, to: &body)
            var request = URLRequest(url: predict)
            request.httpMethod = "POST"
            request.httpBody = Data(body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            let start = ContinuousClock.now
            let answer = try await status(request)
            milliseconds.append((ContinuousClock.now - start).inSeconds * 1_000)
            guard answer.code == 200, let probability = Double(answer.text) else {
                throw JobError.inconsistentScores(
                    "the service answered \(answer.code) to transaction \(transaction.transactionID): \(answer.text)")
            }
            probabilities.append(probability)
        }
        milliseconds.sort()
        return Result(
            probabilities: probabilities,
            medianMilliseconds: milliseconds.isEmpty ? 0 : milliseconds[milliseconds.count / 2])
    }

    private static func status(_ request: URLRequest) async throws -> (code: Int, text: String) {
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }
}
