import JSONText

/// Everything that is wrong with a body.
package struct ValidationFailure: Error, Hashable {
    /// What FastAPI lists.
    package var problems: [ValidationProblem]
    /// Whether the bytes are text at all; to others FastAPI responds with 400 and no list.
    package var isText = true

    init(_ problems: [ValidationProblem]) { self.problems = problems }

    init(_ failure: JSONDocument.Failure) {
        self.init([
            ValidationProblem(
                type: "json_invalid", location: [.name("body"), .position(failure.position)],
                message: "JSON decode error", input: .object([]),
                context: JSONValue.Member(name: "error", value: .string(failure.message)))
        ])
        isText = failure.isText
    }

    static let missingBody = ValidationFailure([
        ValidationProblem(type: "missing", location: [.name("body")], message: "Field required", input: .null)
    ])

    /// A value where an object is needed.
    static func notAnObject(_ value: JSONValue, at location: [ValidationProblem.Location]) -> ValidationProblem {
        ValidationProblem(
            type: "model_attributes_type", location: location,
            message: "Input should be a valid dictionary or object to extract fields from", input: value)
    }
}
