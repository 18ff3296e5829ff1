import ArgumentParser
import CommandLineSupport
import JobSupport
import Logging
import ModelTracking
import Scoring
import ServiceSupport
import Serving
import StorageIO
import Tracking
import TrackingJobs

@main
struct ServeModel: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "serve-model",
        abstract: "Score single transactions over HTTP.",
        discussion: """
              serve-model --model model --port 8080
              curl -s localhost:8080/predict -H 'Content-Type: application/json' \\
                -d '{"transaction_id": 1, "tx_datetime": "2019-08-22 00:00:31",
                     "customer_id": 596, "terminal_id": 3156, "tx_amount": 57.16,
                     "tx_time_seconds": 31, "tx_time_days": 0}'

            Each scored transaction becomes part of the history that later ones are scored against. Whether it was a fraud is \
            sent to POST /labels once it is known, in any order, one label or a list:

              curl -s localhost:8080/labels -H 'Content-Type: application/json' \\
                -d '[{"transaction_id": 1, "tx_datetime": "2019-08-22 00:00:31",
                      "terminal_id": 3156, "tx_fraud": 1}]'

            That is the form of a model on the Fraud Detection Handbook's columns. A model that was trained with --schema takes the \
            columns of its schema instead, written as in the data, and GET /docs lists them; labels are sent with the id, the \
            time, the label, and the keys of the features that need them.

            GET / says "OK", GET /health shows the model in use and warnings, GET /metrics metrics for Prometheus. GET /docs \
            is a page to send requests from, GET /openapi.json describes the API to programs. When \
            the model's folder is replaced, or the alias of a registered model moves, the service switches to the new model \
            between two requests. The history is in memory: a restart begins with the one saved with the model.
            """,
        version: Version.current)

    @Option(
        help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String?

    @Option(
        help: """
            Serve nothing; check a running service, such as http://127.0.0.1:8080/health: exit code 0 if it is healthy.
            """)
    var healthcheck: String?

    @Flag(help: "Print the OpenAPI document of GET /openapi.json, with --model that of the model, and serve nothing.")
    var printOpenapi = false

    @Option(help: "The address to listen on; 0.0.0.0 lets other machines in.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port = 8080

    @Option(help: "Seconds between checks for a newer model; 0 keeps the first one.")
    var reload = 10.0

    @Flag(
        inversion: .prefixedNo,
        help: "Add each scored transaction to the history that later ones are scored against, or not.")
    var record = true

    @Option(help: "Seconds that a connection may be idle between a response and the next request.")
    var idleTimeout = 60

    @Option(help: "Seconds that the head of a request may take.")
    var headTimeout = 10

    @Option(help: "Seconds that the body of a request may take.")
    var bodyTimeout = 30

    @Option(help: "Seconds that a shutdown by SIGTERM or Ctrl-C waits for requests in progress.")
    var shutdownTimeout = 30

    @Option(help: "Open connections; for one more, the one that has been idle longest is closed.")
    var maxConnections = 4_096

    @Option(help: "Open connections of one address; for one more, its own that has been idle longest is closed.")
    var maxConnectionsPerAddress = 1_024

    @OptionGroup var location: TrackingArguments
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard healthcheck == nil ? model != nil || printOpenapi : model == nil && !printOpenapi else {
            throw ValidationError("Give --model, --print-openapi or both, or --healthcheck alone.")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must lie in 0...65535.") }
        guard reload >= 0 else { throw ValidationError("--reload must not be negative.") }
        for (name, value) in [
            ("idle-timeout", idleTimeout), ("head-timeout", headTimeout), ("body-timeout", bodyTimeout),
            ("shutdown-timeout", shutdownTimeout), ("max-connections", maxConnections),
            ("max-connections-per-address", maxConnectionsPerAddress),
        ] {
            guard (1...1_000_000).contains(value) else { throw ValidationError("--\(name) must lie in 1...1000000.") }
        }
    }

    mutating func run() async throws {
        if let healthcheck { return try await HealthCheck.run(healthcheck) }
        let configuration = ScoringServerConfiguration(
            host: host, port: port, maximumConnections: maxConnections,
            maximumConnectionsPerAddress: maxConnectionsPerAddress, headTimeout: .seconds(headTimeout),
            bodyTimeout: .seconds(bodyTimeout), idleTimeout: .seconds(idleTimeout),
            shutdownTimeout: .seconds(shutdownTimeout),
            routes: ScoringRoutes.Configuration(recordsTransactions: record))
        guard let model else { return try printDocument(configuration.routes, nil) }
        let logger = talk.logger("serve-model")
        let stores = ObjectStoreRegistry.ofThisProcess(logger: logger)
        // A model that cannot be read, or that needs columns which no single transaction has, is an error before the port
        // is bound.
        let locations = ModelLoader(stores: stores, tracking: TrackingDestination(location), program: "serve-model")
        let (first, models) = try await checkedModels(model, locations, logger)
        if printOpenapi { return try printDocument(configuration.routes, first) }
        let (host, talk) = (host, talk)
        let server = ScoringServer(models, configuration: configuration, logger: logger) { port in
            talk.note("listening on http://\(host):\(port)")
        }
        try await ServiceRunner.run([server], logger: logger)
    }

    private func printDocument(_ routes: ScoringRoutes.Configuration, _ model: FraudModel?) throws {
        try StandardOutput.write(OpenAPIDocument(routes, model: model).json + "\n")
    }

    private func checkedModels(
        _ model: String, _ locations: ModelLoader, _ logger: Logger
    ) async throws -> (first: FraudModel, models: ModelSource) {
        let (first, models) = try await locations.open(
            model, every: reload > 0 ? .seconds(reload) : nil, logger: logger)
        try OnlineScorer.check(first)
        return (first, models)
    }
}
