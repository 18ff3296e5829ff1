import Features
import HTTPTypes
import JSONText
public import Scoring

/// The service's description in OpenAPI 3.1, generated from the routes and fields by which requests are dispatched and
/// validated.
public struct OpenAPIDocument: Sendable {
    /// The document as JSON.
    public let json: String

    /// - Parameters:
    ///   - configuration: whose limits the document states.
    ///   - routes: the routes that it describes.
    ///   - prefix: the path before those of the routes, absolute.
    ///   - model: whose transactions and labels it describes; those of the Handbook's columns without one.
    public init(
        _ configuration: ScoringRoutes.Configuration = ScoringRoutes.Configuration(),
        routes: Set<ScoringRoutes.Route> = .all, prefix: String = "/", model: FraudModel? = nil
    ) {
        let bodies = DescribedBodies(model)
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": [
                "title": "Antifraud", "version": .string(ModelProvenance.currentLibraryVersion),
                "summary": .string(bodies.summary),
                "description": .string(Self.overview(configuration)),
                "license": ["name": "Apache License 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(prefix)]],
            "tags": [
                ["name": "scoring", "description": "Transactions and what became of them"],
                ["name": "operation", "description": "For load balancers, monitoring and people"],
            ],
            "paths": JSONValue(
                members: ScoringRoutes.Route.allCases.filter(routes.contains).map {
                    ($0.rawValue, $0.operations(configuration, bodies))
                }),
            "components": ["schemas": Self.schemas(bodies)],
        ]
        json = document.text
    }

    private static func overview(_ configuration: ScoringRoutes.Configuration) -> String {
        "Each scored transaction belongs to the history that later ones are scored against"
            + (configuration.recordsTransactions ? ", " : " when recording is on, ")
            + "and labels tell the history what became of it."
    }

    private static func schemas(_ bodies: DescribedBodies) -> JSONValue {
        [
            "Transaction": RequestField.schema(
                of: bodies.transaction, title: "Transaction", description: bodies.transactionDescription),
            "Label": RequestField.schema(of: bodies.label, title: "Label", description: bodies.labelDescription),
            "LabelCounts": LabelsBody.countsSchema, "Problems": ValidationProblem.bodySchema, "Detail": detail,
            "Health": HealthReport.schema,
        ]
    }

    /// The body of an error other than a list of problems.
    private static let detail: JSONValue = [
        "type": "object", "title": "Detail", "required": ["detail"], "properties": ["detail": ["type": "string"]],
    ]
}

extension ScoringRoutes.Route {
    /// The path item: one operation for each method.
    fileprivate func operations(
        _ configuration: ScoringRoutes.Configuration, _ bodies: DescribedBodies
    ) -> JSONValue {
        JSONValue(
            members: methods.map { method in
                (method.rawValue.lowercased(), operation(method, configuration, bodies))
            })
    }

    private func operation(
        _ method: HTTPRequest.Method, _ configuration: ScoringRoutes.Configuration, _ bodies: DescribedBodies
    ) -> JSONValue {
        let isHead = method == .head
        let described = responses(configuration, bodies).map { ($0.status, isHead ? $0.headersOnly : $0.value) }
        let operation: JSONValue = [
            "operationId": .string(isHead ? "head_\(self)" : "\(self)"), "tags": [.string(tag)],
            "summary": .string(isHead ? "\(summary), headers only" : summary),
            "description": .string(explanation(bodies)),
        ]
        return operation.with("requestBody", requestBody(bodies)).with("responses", JSONValue(members: described))
    }

    private var tag: String {
        switch self {
        case .predict, .labels: "scoring"
        case .root, .health, .metrics, .openAPI, .docs: "operation"
        }
    }

    private var summary: String {
        switch self {
        case .root: "Whether the service runs"
        case .predict: "The probability of fraud of one transaction"
        case .labels: "What became known of earlier transactions"
        case .health: "The model in use, and what to look after"
        case .metrics: "Metrics for Prometheus"
        case .openAPI: "This document"
        case .docs: "This document as a page on which requests can be sent"
        }
    }

    private func explanation(_ bodies: DescribedBodies) -> String {
        switch self {
        case .root: "Says OK as soon as the port is open, also before a model is loaded."
        case .predict:
            "Scores a transaction against the history of \(bodies.historyOf). The body is read as JSON whatever its "
                + "Content-Type says."
        case .labels:
            "Takes one label or a list of them: late, in any order and repeatedly. A label that is not valid refuses the list "
                + "as a whole. The body is read as JSON whatever its Content-Type says."
        case .health: "For readiness probes: 503 without a model and while shutting down."
        case .metrics: "Counters, latencies and the age of the last label in Prometheus' text format."
        case .openAPI: "Made of the same tables as the validation of requests."
        case .docs: "Works without any other server and without scripts from elsewhere."
        }
    }

    private func requestBody(_ bodies: DescribedBodies) -> JSONValue? {
        let schema: JSONValue, examples: JSONValue
        switch self {
        case .predict:
            schema = ["$ref": "#/components/schemas/Transaction"]
            examples = ["transaction": ["value": RequestField.example(of: bodies.transaction)]]
        case .labels:
            let label = RequestField.example(of: bodies.label)
            schema = [
                "anyOf": [
                    ["$ref": "#/components/schemas/Label"],
                    ["type": "array", "items": ["$ref": "#/components/schemas/Label"]],
                ]
            ]
            examples = [
                "list": ["summary": "A list of labels", "value": [label]],
                "one": ["summary": "One label", "value": label],
            ]
        case .root, .health, .metrics, .openAPI, .docs: return nil
        }
        return ["required": true, "content": ["application/json": ["schema": schema, "examples": examples]]]
    }

    private func responses(
        _ configuration: ScoringRoutes.Configuration, _ bodies: DescribedBodies
    ) -> [DescribedResponse] {
        let health: JSONValue = ["$ref": "#/components/schemas/Health"]
        switch self {
        case .root:
            return [.json(.ok, "The service runs", ["type": "string", "const": "OK"], example: "OK")]
        case .predict:
            let success = DescribedResponse.json(
                .ok, bodies.probabilityDescription, bodies.probability, example: 0.013442776)
            return [success]
                + DescribedResponse.refusals(
                    longest: configuration.maximumBodySize, example: bodies.refusedTransaction)
        case .labels:
            let counts: JSONValue = ["$ref": "#/components/schemas/LabelCounts"]
            let success = DescribedResponse.json(
                .ok, "The number of labels by outcome", counts, example: LabelsBody.counts([.applied: 1]))
            return [success]
                + DescribedResponse.refusals(longest: configuration.maximumLabelsSize, example: bodies.refusedLabel)
        case .health:
            return [
                .json(.ok, "There is a model, and the service takes requests", health),
                .json(.serviceUnavailable, "There is no model yet, or the service is shutting down", health),
            ]
        case .metrics: return [DescribedResponse(.ok, "The metrics", type: "text/plain", schema: ["type": "string"])]
        case .openAPI: return [.json(.ok, "The document", ["type": "object"])]
        case .docs: return [DescribedResponse(.ok, "The page", type: "text/html", schema: ["type": "string"])]
        }
    }
}
