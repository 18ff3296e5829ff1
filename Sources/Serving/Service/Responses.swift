import HTTPTypes
import Hummingbird
import JSONText
import NIOCore

extension Response {
    /// A text of that type, with its length.
    init(_ text: String, status: HTTPResponse.Status = .ok, type: String) {
        let buffer = ByteBuffer(string: text)
        self.init(
            status: status, headers: [.contentType: type, .contentLength: "\(buffer.readableBytes)"],
            body: ResponseBody(byteBuffer: buffer))
    }

    static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(text, status: status, type: "application/json")
    }

    /// FastAPI's form of an error other than a list of problems.
    static func detail(_ message: String, _ status: HTTPResponse.Status) -> Response {
        .json("{\"detail\":\"\(message)\"}", status)
    }

    static func refusal(_ failure: ValidationFailure) -> Response {
        failure.isText
            ? .json(ValidationProblem.json(failure.problems).text, .unprocessableContent)
            : .detail(notText, .badRequest)
    }

    static var noModel: Response { .detail(noModelText, .serviceUnavailable) }

    static let notText = "There was an error parsing the body"
    static let noModelText = "No model is loaded yet"

    static func tooLongText(_ limit: Int) -> String { "Request body is longer than \(limit) bytes" }

    static func methodNotAllowed(allow: String) -> Response {
        var response = Response.detail("Method Not Allowed", .methodNotAllowed)
        response.headers[.allow] = allow
        return response
    }

    /// The connection ends with it: the rest of the body is not read.
    static func tooLong(_ limit: Int) -> Response {
        var response = Response.detail(tooLongText(limit), .contentTooLarge)
        response.headers[.connection] = "close"
        return response
    }
}
