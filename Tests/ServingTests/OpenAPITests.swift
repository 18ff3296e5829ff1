import Features
import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import ModelKit
import Scoring
import Serving
import TestSupport
import Testing

/// The OpenAPI document and the validation of requests say the same.
@Suite struct OpenAPITests {
    struct Document: Decodable {
        struct Schema: Decodable {
            var required: [String]?
        }
        struct Components: Decodable {
            var schemas: [String: Schema]
        }
        struct Operation: Decodable {
            struct Response: Decodable {}
            var responses: [String: Response]
        }
        var openapi: String
        var paths: [String: [String: Operation]]
        var components: Components
    }

    static func document(_ model: FraudModel? = nil) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(OpenAPIDocument(model: model).json.utf8))
    }

    /// The problems' types and fields of a body.
    private static func missing<Body>(_ result: Result<Body, ValidationFailure>) -> [String] {
        guard case .failure(let failure) = result else { return [] }
        return failure.problems.filter { $0.type == "missing" }.compactMap {
            if case .name(let name) = $0.location.last { name } else { nil }
        }
    }

    @Test func whatTheDocumentRequiresIsWhatValidationMisses() throws {
        let schemas = try Self.document().components.schemas
        let transaction = try #require(schemas["Transaction"]?.required)
        #expect(transaction.count == 7 && transaction == Self.missing(TransactionBody.read(Array("{}".utf8))))
        let label = try #require(schemas["Label"]?.required)
        #expect(label.count == 4 && label == Self.missing(LabelsBody.read(Array("{}".utf8))))
    }

    /// The fast decoder of plain bodies has its own list of names: it, too, must require each field of the table.
    @Test func plainBodiesNeedTheSameFields() {
        let members = RequestField.transaction.map {
            ($0.name, $0.name == TransactionColumn.dateTime.name ? "\"2019-08-22\"" : "1")
        }
        func body(without name: String?) -> [UInt8] {
            Array("{\(members.filter { $0.0 != name }.map { "\"\($0)\":\($1)" }.joined(separator: ","))}".utf8)
        }
        #expect(throws: Never.self) { _ = try TransactionBody.read(body(without: nil)).get() }
        for (name, _) in members { #expect(Self.missing(TransactionBody.read(body(without: name))) == [name]) }
    }

    @Test(.needs(.python)) func valuesThatTheSchemaAllowsAreTaken() throws {
        let kinds: [(RequestField, [String])] = [
            (RequestField(.transactionID), TransactionBodyTests.integers),
            (RequestField(.timeDays), TransactionBodyTests.integers + ["-2147483648", "-2147483649", "2147483647"]),
            (RequestField(.amount), TransactionBodyTests.floats), (RequestField(.dateTime), TransactionBodyTests.dates),
        ]
        for (field, values) in kinds {
            let bodies = values.map { TransactionBodyTests.replacing(field.name, with: $0) }
            let allowed = try Self.allowed(bodies, by: "Transaction")
            for (body, isAllowed) in zip(bodies, allowed) {
                let isTaken = if case .success = TransactionBody.read(Array(body.utf8)) { true } else { false }
                // Texts may have more forms than the schema says; other values are accepted exactly where the schema
                // allows them.
                let isText = body.split(separator: "\"\(field.name)\": ")[1].hasPrefix("\"")
                #expect(isAllowed == isTaken || isText && isTaken, "\(body)")
            }
            #expect(allowed.contains(true) && allowed.contains(false))
        }
        let flags = ["0", "1", "2", "-1", "true", "\"1\"", "\"2\"", "null", "1.0", "0.5"]
        let labels = flags.map { LabelsRouteTests.label(1, day: 1, fraud: $0) }
        for (label, isAllowed) in zip(labels, try Self.allowed(labels, by: "Label")) {
            let isTaken = if case .success = LabelsBody.read(Array(label.utf8)) { true } else { false }
            #expect(isAllowed == isTaken, "\(label)")
        }
    }

    /// What Python's jsonschema says about bodies; those that Python cannot parse are not allowed.
    private static func allowed(
        _ bodies: [String], by schema: String, of model: FraudModel? = nil
    ) throws -> [Bool] {
        let folder = try TemporaryFolder()
        try Data(OpenAPIDocument(model: model).json.utf8).write(to: URL(filePath: folder.path("api.json")))
        try JSONEncoder().encode(bodies).write(to: URL(filePath: folder.path("bodies.json")))
        return try Oracle.json(
            [Bool].self,
            """
            import json, math, sys, jsonschema
            schema = json.load(open(sys.argv[1] + "api.json"))["components"]["schemas"][sys.argv[2]]
            validator = jsonschema.Draft202012Validator(schema)
            def allowed(text):
                try:
                    value = json.loads(text)
                except ValueError:
                    return False
                # JSON has no infinite numbers; Python reads some that are too large for it as such.
                finite = all(not isinstance(v, float) or math.isfinite(v) for v in value.values())
                return finite and validator.is_valid(value)
            print(json.dumps([allowed(text) for text in json.load(open(sys.argv[1] + "bodies.json"))]))
            """, [folder.path(""), schema])
    }

    // MARK: Models with a plan

    private static func recordBodies() throws -> RecordBodies {
        try RecordBodies(try FeatureEngine(RecordFixture.plan, schema: RecordFixture.schema()))
    }

    @Test func theDocumentRequiresWhatTheSchemaNeeds() throws {
        let schemas = try Self.document(RecordFixture.model()).components.schemas
        let bodies = try Self.recordBodies()
        let transaction = try #require(schemas["Transaction"]?.required)
        #expect(transaction == ["ref", "booked", "amount"])
        #expect(transaction == Self.missing(bodies.readTransaction(Array("{}".utf8))))
        let label = try #require(schemas["Label"]?.required)
        #expect(label == ["ref", "booked", "shop", "result"])
        #expect(label == Self.missing(bodies.readLabels(Array("{}".utf8))))
    }

    /// Examples are accepted, and are what the schema describes; the model's categories are told.
    @Test(.needs(.python)) func examplesOfASchemaAreTaken() throws {
        struct Described: Decodable {
            struct Components: Decodable {
                var schemas: [String: Object]
            }
            struct Object: Decodable {
                var properties: [String: Property]?
            }
            struct Property: Decodable {
                var description: String?
                var minimum: Double?
                var maximum: Double?
            }
            var components: Components
        }
        let model = try RecordFixture.model()
        let json = OpenAPIDocument(model: model).json
        let described = try JSONDecoder().decode(Described.self, from: Data(json.utf8)).components.schemas
        let properties = try #require(described["Transaction"]?.properties)
        #expect(properties.count == 12 && properties["result"] == nil && properties["note"] == nil)
        #expect(properties["kind"]?.description?.contains("'food', 'fuel'") == true)
        #expect(properties["booked"]?.description?.contains("dd.MM.yyyy HH:mm") == true)
        #expect(properties["age"]?.minimum == 0 && properties["age"]?.maximum == 150.5)
        let examples = try Oracle.json(
            [String].self,
            """
            import json, sys
            paths = json.loads(sys.argv[1])["paths"]
            print(json.dumps([json.dumps(example["value"]) for path in ("/predict", "/labels")
                              for example in paths[path]["post"]["requestBody"]["content"]["application/json"]["examples"].values()]))
            """, [json])
        try #require(examples.count == 3)
        #expect(examples[0].contains("22.08.2019 00:00") && examples[0].contains("food"))
        let bodies = try Self.recordBodies()
        #expect(throws: Never.self) { _ = try bodies.readTransaction(Array(examples[0].utf8)).get() }
        for example in examples.dropFirst() {
            #expect(throws: Never.self) { _ = try bodies.readLabels(Array(example.utf8)).get() }
        }
        #expect(try Self.allowed([examples[0]], by: "Transaction", of: model) == [true])
    }

    @Test(.needs(.python)) func valuesThatASchemaAllowsAreTaken() throws {
        let model = try RecordFixture.model()
        let bodies = try Self.recordBodies()
        let names = RecordFixture.members().map(\.0)
        let cases = names.flatMap { name in RecordBodiesTests.values.map { (name, $0) } }
        let allowed = try Self.allowed(
            cases.map { RecordFixture.body($0, $1) }, by: "Transaction", of: model)
        for ((name, value), isAllowed) in zip(cases, allowed) {
            let body = Array(RecordFixture.body(name, value).utf8)
            let isTaken = if case .success = bodies.readTransaction(body) { true } else { false }
            // Texts, booleans and times may have more forms than the schema says, and of times of a pattern it allows all
            // texts. Python cannot tell that 1e400 is finite.
            let hasMoreForms =
                value.hasPrefix("\"") || ["true", "false", "1e400"].contains(value) || name == "since"
            #expect(
                isAllowed == isTaken || hasMoreForms && isTaken || value.hasPrefix("\"") && name == "booked",
                "\(name): \(value)")
        }
        for name in names {
            let own = zip(cases, allowed).filter { $0.0.0 == name }.map(\.1)
            #expect(own.contains(true) && own.contains(false), "\(name)")
        }
        let labels = ["betrug", "ok", "perhaps", ""].map { RecordFixture.label(result: $0) }
        #expect(try Self.allowed(labels, by: "Label", of: model) == [true, true, false, false])
    }

    @Test func theDocumentIsThatOfTheModelInUse() async throws {
        let model = try RecordFixture.model()
        try await ScoringServerTests().withServer(.fixed(model)) { base in
            let document = try await ScoringServerTests.get(base + "/openapi.json")
            #expect(document == (200, OpenAPIDocument(model: model).json))
        }
        #expect(try OpenAPIDocument(model: ScoringServerTests.model()).json == OpenAPIDocument().json)
    }

    @Test func documentAndPageAreServed() async throws {
        try await ScoringServerTests().withServer(.fixed(try ScoringServerTests.model())) { base in
            let document = try await ScoringServerTests.get(base + "/openapi.json")
            #expect(document == (200, OpenAPIDocument().json))
            let url = try #require(URL(string: base + "/docs"))
            let (data, response) = try await URLSession.shared.data(for: URLRequest(url: url))
            let policy = try #require(
                (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "Content-Security-Policy"))
            let page = String(decoding: data, as: UTF8.self)
            // Nothing external is referenced or allowed.
            #expect(!page.contains("src=") && !page.contains("@import") && !page.contains("http://"))
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"))
            let readable = try Self.document().paths.filter { $0.value["get"] != nil }.keys
            #expect(readable.count == 5)
            for path in readable { #expect(try await ScoringServerTests.get(base + path).status == 200, "\(path)") }
        }
    }

    @Test func everyResponseOfARouteIsDescribed() async throws {
        let paths = try Self.document().paths
        try await ScoringServerTests().withServer(.fixed(try ScoringServerTests.model())) { base in
            for path in ["/predict", "/labels"] {
                let described = try #require(paths[path]?["post"]).responses
                for body in [Data("{}".utf8), Data([0xFF, 0xFE, 0x00]), Data(count: 2 << 20)] {
                    let status = try await ScoringServerTests.post(base + path, body).status
                    #expect(described["\(status)"] != nil, "\(path): \(status)")
                }
            }
        }
    }

    /// Gives a probability whatever the amount.
    struct BoundedClassifier: BinaryClassifier {
        let featureNames = FeaturePipeline(.basic).names

        func probabilities(_ features: FeatureMatrix, threads: Int) throws(ModelError) -> [Double] {
            features.columns[0].map { Self.probability($0) }
        }

        func probability(row: UnsafeBufferPointer<Float>) -> Double { Self.probability(row[0]) }

        private static func probability(_ amount: Float) -> Double { amount > 220 ? 0.9 : 0.1 }

        var featureImportance: [Double] { featureNames.map { _ in 0 } }
    }

    /// It keeps what it finds in the folder in which it runs.
    private static let schemathesis = """
        import os, sys
        os.chdir(sys.argv.pop(1))
        from schemathesis.cli import schemathesis
        schemathesis()
        """

    /// Sends what the document allows and what it does not, and holds every response to the document.
    @Test(.needs(.python), .timeLimit(.minutes(5))) func schemathesisFindsNoFailure() async throws {
        let folder = try TemporaryFolder()
        let model = try FraudModel(
            features: .pipeline(FeaturePipeline(.basic)), classifier: BoundedClassifier(),
            provenance: ModelProvenance(createdAt: "2026-01-01T00:00:00Z", data: "test", rows: 1))
        try await ScoringServerTests().withServer(.fixed(model)) { base in
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(
                        with: Result {
                            _ = try Oracle.execute(
                                Oracle.python,
                                [
                                    "-c", Self.schemathesis, folder.path(""), "run", base + "/openapi.json",
                                    "--checks=all", "--max-examples=60", "--seed=1", "--no-color",
                                ])
                        })
                }
            }
        }
    }
}
