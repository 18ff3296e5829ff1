import ArgumentParser
import CommandLineSupport
import Jobs
import Scoring
import Serving
import StorageIO

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

            GET / says "OK", GET /health the model in use, GET /metrics figures for Prometheus. When the model's folder is \
            replaced, or the alias of a registered model moves, the service changes to the new model between two requests.
            """,
        version: Version.current)

    @Option(
        help: "The folder of the model, or models:/NAME@alias, models:/NAME/3, runs:/ID/path.", completion: .file())
    var model: String

    @Option(help: "The address to listen on; 0.0.0.0 lets other machines in.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port = 8080

    @Option(help: "Seconds between two looks for a newer model; 0 keeps the first one.")
    var reload = 10.0

    @Flag(help: "Add each scored transaction to the history that later ones are scored against.")
    var record = false

    @Option(help: "Seconds that a connection may stay silent.")
    var idleTimeout = 60

    @OptionGroup var place: TrackingArguments
    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must lie in 0...65535.") }
        guard reload >= 0 else { throw ValidationError("--reload must not be negative.") }
        guard idleTimeout >= 1 else { throw ValidationError("--idle-timeout must be at least 1.") }
    }

    mutating func run() async throws {
        let stores = ObjectStores.ofThisProcess(logger: talk.logger("serve-model"))
        let logger = talk.logger("serve-model")
        // A model that cannot be read is found out before the port is taken.
        let places = ModelPlaces(stores: stores, tracking: TrackingPlace(place), program: "serve-model")
        let first = try await places.load(model)
        let models =
            try await reload > 0
            ? places.watch(model, every: .seconds(reload), logger: logger) : .fixed(first)
        let (host, talk) = (host, talk)
        let server = ScoringServer(
            models,
            configuration: ServerConfiguration(
                host: host, port: port, idleTimeout: .seconds(idleTimeout), recordsTransactions: record),
            logger: logger
        ) { port in
            talk.note("listening on http://\(host):\(port)")
        }
        try await ServiceRunner.run([server], logger: logger)
    }
}
