public import HTTPTypes

extension ScoringRoutes {
    /// A path of the service. Requests are dispatched by these, and the OpenAPI document lists them.
    public enum Route: String, Sendable, CaseIterable {
        /// Says that the service runs.
        case root = "/"
        /// Scores a transaction.
        case predict = "/predict"
        /// Takes labels of earlier transactions.
        case labels = "/labels"
        /// Shows the model in use and warnings.
        case health = "/health"
        /// Shows metrics to Prometheus.
        case metrics = "/metrics"
        /// Describes the routes to programs.
        case openAPI = "/openapi.json"
        /// A page that shows ``openAPI`` and sends requests.
        case docs = "/docs"

        /// The methods that it accepts.
        public var methods: [HTTPRequest.Method] {
            switch self {
            case .predict, .labels: [.post]
            case .root, .health, .metrics, .openAPI, .docs: [.get, .head]
            }
        }

        /// One set for all requests.
        fileprivate static let everyRoute = Set(allCases)

        /// The header of a response to any other method.
        var allow: String { methods.map(\.rawValue).joined(separator: ", ") }
    }
}

extension Set<ScoringRoutes.Route> {
    /// All routes.
    public static var all: Self { ScoringRoutes.Route.everyRoute }

    /// All routes but ``ScoringRoutes/Route/root``, which another application has for itself.
    public static var allButRoot: Self { all.subtracting([.root]) }
}
