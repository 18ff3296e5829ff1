import Foundation
import TestSupport

/// Holds what programs print with `--json` to the schemas in Documentation/Schemas.
enum OutputSchemas {
    private static let folder = Oracle.packageRoot.appending(path: "Documentation/Schemas").path(percentEncoded: false)

    /// What in the outputs is not as their programs' schemas have it; empty when all is well.
    static func problems(_ outputs: [(program: String, json: String)]) throws -> String {
        let file = try TemporaryFolder()
        let documents = outputs.map { "[\"\($0.program)\", \($0.json)]" }.joined(separator: ",")
        try Data("[\(documents)]".utf8).write(to: URL(filePath: file.path("outputs.json")))
        return try Oracle.run(
            """
            import json, sys, jsonschema
            for program, document in json.load(open(sys.argv[1])):
                schema = json.load(open(f"{sys.argv[2]}/{program}.json"))
                jsonschema.Draft202012Validator.check_schema(schema)
                for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
                    print(program, list(error.absolute_path), error.message[:300])
            """, [file.path("outputs.json"), folder])
    }
}
