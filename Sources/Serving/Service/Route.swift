import HTTPTypes

/// A path of the service. Requests are dispatched by these, and the OpenAPI document lists them.
enum Route: String, CaseIterable {
    case root = "/"
    case predict = "/predict"
    case labels = "/labels"
    case health = "/health"
    case metrics = "/metrics"
    case openAPI = "/openapi.json"
    case docs = "/docs"

    /// The methods that it accepts.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .predict, .labels: [.post]
        case .root, .health, .metrics, .openAPI, .docs: [.get, .head]
        }
    }

    /// The header of a response to any other method.
    var allow: String { methods.map(\.rawValue).joined(separator: ", ") }
}
