import Logging
import Scoring
import ServiceLifecycle
import Serving
import StorageIO
import UnixSignals

func serve(_ folder: StorageLocation, port: Int, logger: Logger) async throws -> ServiceGroup {
    let models = ModelSource.watching(folder, every: .seconds(10), logger: logger)
    let server = ScoringServer(models, configuration: ScoringServerConfiguration(port: port), logger: logger)
    return ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
}
