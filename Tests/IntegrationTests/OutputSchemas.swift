import Foundation
import TestSupport

/// Validates what programs print with `--json` against the schemas in Documentation/Schemas.
enum OutputSchemas {
    private static let folder = Oracle.packageRoot.appending(path: "Documentation/Schemas").path(percentEncoded: false)

    /// The differences between outputs and their programs' schemas; empty when all is well.
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
