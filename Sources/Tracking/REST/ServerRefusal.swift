import HTTPTransport
import JSONText

/// A server's response to a request that it did not carry out.
struct ServerRefusal: Error, Sendable, Hashable {
    let status: Int
    /// MLflow's own code, such as `RESOURCE_DOES_NOT_EXIST`; nil where something other than MLflow has responded.
    let mlflowCode: String?
    let message: String

    init(_ response: TransportResponse) {
        status = response.status
        let body = try? JSONValue(parsing: response.body)
        // `try?` flattens: a value that is not text counts as missing.
        mlflowCode = try? body?.optionalText("error_code")
        var words = (try? body?.optionalText("message")) ?? (try? body?.optionalText("detail"))
        if words == nil, (300..<400).contains(response.status), let location = response.headers["Location"] {
            words = "it sends to \(HTTPTransportError.withoutSecrets(location))"
        }
        message = Self.excerpt(words ?? Self.plainText(response))
    }

    /// The words of a page or a text.
    private static func plainText(_ response: TransportResponse) -> String {
        let isPage = response.headers["Content-Type"]?.contains("html") ?? false
        return isPage ? "" : String(decoding: response.body.prefix(2000), as: UTF8.self)
    }

    /// One line, of bounded length: errors of databases contain whole statements.
    private static func excerpt(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 500 ? "\(line.prefix(500))…" : line
    }

    /// Whether the same request may succeed later.
    var isTransient: Bool {
        switch mlflowCode {
        case "TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED": true
        // Some refusals that last come as 500 from MLflow: it names them.
        case nil, "INTERNAL_ERROR": status == 429 || [500, 502, 503, 504].contains(status)
        // What MLflow says when its database has no connection left.
        case "BAD_REQUEST" where message.contains("QueuePool limit"): true
        default: [429, 502, 503, 504].contains(status)
        }
    }

    /// Whether the request may have been carried out, although another attempt may help.
    var isAmbiguous: Bool { status != 429 }

    /// Nil where only another request can tell: a 404 or redirect that may not be MLflow's.
    var code: TrackingError.Code? {
        switch mlflowCode {
        case "RESOURCE_DOES_NOT_EXIST", "NOT_FOUND": return .notFound
        case "RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS": return .alreadyExists
        case "INVALID_PARAMETER_VALUE", "BAD_REQUEST", "MALFORMED_REQUEST", "PARSE_ERROR": return .invalidValue
        case "INVALID_STATE", "RESOURCE_CONFLICT", "ABORTED": return .invalidState
        case "PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED", "UNAUTHORIZED": return .permissionDenied
        case "ENDPOINT_NOT_FOUND", "FEATURE_DISABLED", "NOT_IMPLEMENTED": return .incompatibleServer
        case nil: break
        default: return .unavailable
        }
        switch status {
        case 401, 403: return .permissionDenied
        case 300..<400, 404, 405: return nil
        case 413: return .invalidValue
        default: return .unavailable
        }
    }
}

extension ServerRefusal: CustomStringConvertible {
    /// Status, MLflow's code and words.
    var description: String {
        let words = [mlflowCode ?? "", message].filter { !$0.isEmpty }.joined(separator: ": ")
        return words.isEmpty ? "\(status)" : "\(status) \(words)"
    }
}
