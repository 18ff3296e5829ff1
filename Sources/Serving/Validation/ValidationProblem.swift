package import JSONText

/// One entry of the `detail` list in FastAPI's response to an invalid body (pydantic 2's types and messages).
package struct ValidationProblem: Sendable, Hashable {
    package enum Location: Sendable, Hashable {
        case name(String)
        case position(Int)
    }

    package var type: String
    /// Where in the request, starting with `body`.
    package var location: [Location]
    package var message: String
    /// The value that was sent there.
    package var input: JSONValue
    /// More about the cause, under `ctx`.
    package var context: JSONValue.Member?

    /// The response's body: `{"detail":[...]}`.
    package static func json(_ problems: [ValidationProblem]) -> JSONValue {
        let entries = problems.map { problem in
            let location = problem.location.map { part in
                switch part {
                case .name(let name): JSONValue.string(name)
                case .position(let position): JSONValue.integer(String(position))
                }
            }
            var members = [
                JSONValue.Member(name: "type", value: .string(problem.type)),
                JSONValue.Member(name: "loc", value: .array(location)),
                JSONValue.Member(name: "msg", value: .string(problem.message)),
                JSONValue.Member(name: "input", value: problem.input),
            ]
            if let context = problem.context {
                members.append(JSONValue.Member(name: "ctx", value: .object([context])))
            }
            return JSONValue.object(members)
        }
        return ["detail": .array(entries)]
    }

    /// The JSON Schema of ``json(_:)``.
    static let bodySchema: JSONValue = [
        "type": "object", "title": "Problems", "required": ["detail"],
        "properties": [
            "detail": [
                "type": "array", "minItems": 1,
                "items": [
                    "type": "object", "title": "Problem", "required": ["type", "loc", "msg", "input"],
                    "properties": [
                        "type": [
                            "type": "string", "description": "The kind of problem, such as missing or int_parsing.",
                        ],
                        "loc": [
                            "type": "array", "items": ["type": ["string", "integer"]],
                            "description": "Where it is: body, then names of members and positions in lists.",
                        ],
                        "msg": ["type": "string", "description": "What is wrong, for people."],
                        "input": ["description": "What was sent there."],
                        "ctx": ["type": "object", "description": "More about the cause, such as a limit."],
                    ],
                ],
            ]
        ],
    ]
}
