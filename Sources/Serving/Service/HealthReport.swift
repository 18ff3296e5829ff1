import Essentials
import Features
import JSONText
import Scoring

/// The response of `GET /health`.
struct HealthReport {
    var model: FraudModel?
    var silence: LabelSilence?
    /// Why the newest model is not in use.
    var refusal: String?
    var isShuttingDown: Bool

    var isHealthy: Bool { model != nil && !isShuttingDown }

    /// `{"status":"ok","model":{...},"labels":{...},"warnings":[...]}`
    var text: String {
        var members = [member("status", .string(isShuttingDown ? "shutting down" : model == nil ? "no model" : "ok"))]
        if let model {
            let description: JSONValue = [
                "created_at": .string(model.provenance.createdAt),
                "library_version": .string(model.provenance.libraryVersion),
                "features": .array(model.features.names.map { .string($0) }),
                "threshold": .number("\(model.threshold)"),
            ]
            members.append(member("model", description.with("schema", model.features.schema.map(Self.name(of:)))))
        }
        if let silence {
            members.append(
                member(
                    "labels",
                    .object([
                        member("seconds_since_last", .number("\(silence.duration.inSeconds)")),
                        member("limit_seconds", .number("\(silence.limit.inSeconds)")),
                    ])))
        }
        members.append(member("warnings", .array(warnings)))
        return JSONValue.object(members).text
    }

    private static func name(of schema: TransactionSchema) -> JSONValue { schema.name.map { .string($0) } ?? .null }

    /// The JSON Schema of ``text``.
    static let schema: JSONValue = [
        "type": "object", "title": "Health", "required": ["status", "warnings"],
        "properties": [
            "status": ["enum": ["ok", "no model", "shutting down"]],
            "model": [
                "type": "object", "required": ["created_at", "library_version", "features", "threshold"],
                "properties": [
                    "created_at": ["type": "string"], "library_version": ["type": "string"],
                    "features": ["type": "array", "items": ["type": "string"]], "threshold": ["type": "number"],
                    "schema": [
                        "type": ["string", "null"],
                        "description": "What the transactions are called, for a model whose features a plan declares.",
                    ],
                ],
            ],
            "labels": [
                "type": "object", "required": ["seconds_since_last", "limit_seconds"],
                "description": "How long there has been no label, in the time of the transactions.",
                "properties": ["seconds_since_last": ["type": "number"], "limit_seconds": ["type": "number"]],
            ],
            "warnings": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["type", "message"],
                    "properties": [
                        "type": ["enum": ["labels_missing", "model_refused"]], "message": ["type": "string"],
                    ],
                ],
            ],
        ],
    ]

    private var warnings: [JSONValue] {
        var warnings: [JSONValue] = []
        if let silence, silence.isTooLong {
            warnings.append(
                warning(
                    "labels_missing",
                    "transactions have advanced past the label delay without a label, and the risk of terminals fades"))
        }
        if let refusal {
            warnings.append(warning("model_refused", "the newest model cannot be used: \(refusal)"))
        }
        return warnings
    }

    private func warning(_ type: String, _ message: String) -> JSONValue {
        .object([member("type", .string(type)), member("message", .string(message))])
    }

    private func member(_ name: String, _ value: JSONValue) -> JSONValue.Member {
        JSONValue.Member(name: name, value: value)
    }
}
