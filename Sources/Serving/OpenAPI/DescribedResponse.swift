import HTTPTypes
import Hummingbird
import JSONText

/// A response as the OpenAPI document describes it.
struct DescribedResponse {
    let status: String
    let value: JSONValue
    /// The same without a body, for HEAD.
    let headersOnly: JSONValue

    init(
        _ status: HTTPResponse.Status, _ description: String, type: String, schema: JSONValue, example: JSONValue? = nil
    ) {
        self.status = String(status.code)
        headersOnly = ["description": .string(description)]
        let content: JSONValue = ["schema": schema]
        value = headersOnly.with(
            "content", JSONValue(members: [(type, content.with("example", example))]))
    }

    static func json(
        _ status: HTTPResponse.Status, _ description: String, _ schema: JSONValue, example: JSONValue? = nil
    ) -> DescribedResponse {
        DescribedResponse(status, description, type: "application/json", schema: schema, example: example)
    }

    /// The responses to a body that is refused.
    /// - Parameters:
    ///   - longest: bytes of the longest body that is read.
    ///   - example: how the validation refuses an empty object; nil where it does not.
    static func refusals(longest: Int, example: ValidationFailure?) -> [DescribedResponse] {
        let detail: JSONValue = ["$ref": "#/components/schemas/Detail"]
        let problems = example.map { ValidationProblem.json($0.problems) }
        return [
            .json(
                .badRequest, "The body is not text in UTF-8, UTF-16 or UTF-32", detail,
                example: ["detail": .string(Response.notText)]),
            DescribedResponse(timeout: "The head or the body did not arrive in time; the connection ends"),
            .json(
                .contentTooLarge, "The body is longer than \(longest) bytes; the connection ends", detail,
                example: ["detail": .string(Response.tooLongText(longest))]),
            .json(
                .unprocessableContent, "All problems of the body, in the words of FastAPI and pydantic 2",
                ["$ref": "#/components/schemas/Problems"], example: problems),
            .json(
                .serviceUnavailable, "No model is loaded yet", detail,
                example: ["detail": .string(Response.noModelText)]),
        ]
    }

    private init(timeout description: String) {
        status = String(HTTPResponse.Status.requestTimeout.code)
        headersOnly = ["description": .string(description)]
        value = headersOnly
    }
}
