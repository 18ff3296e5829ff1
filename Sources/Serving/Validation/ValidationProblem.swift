/// One entry of the `detail` list that FastAPI answers a bad body with (pydantic 2's types and messages).
package struct ValidationProblem: Sendable, Hashable {
    package enum Location: Sendable, Hashable {
        case name(String)
        case position(Int)
    }

    package var type: String
    /// Where in the request, starting with `body`.
    package var location: [Location]
    package var message: String
    /// What was sent there.
    package var input: JSONValue
    /// More about the cause, under `ctx`.
    package var context: JSONValue.Member?

    /// The answer's body: `{"detail":[...]}`.
    package static func body(_ problems: [ValidationProblem]) -> String {
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
        var text = ""
        JSONValue.object([JSONValue.Member(name: "detail", value: .array(entries))]).write(to: &text)
        return text
    }
}
