import Hummingbird
import Logging
import Scoring
import Serving

func application(_ models: ModelSource, logger: Logger) -> some ApplicationProtocol {
    let routes = ScoringRoutes(models, logger: logger)
    let router = Router()
    router.add(middleware: LogRequestsMiddleware(.info))
    router.get("version") { _, _ in "1.0" }
    routes.add(to: router.group("fraud"))
    return Application(router: router, services: [routes], logger: logger)
}
