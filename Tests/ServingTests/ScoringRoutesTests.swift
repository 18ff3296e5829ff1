import Features
import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import HTTPTypes
import Hummingbird
import NIOCore
import PrometheusExposition
import Scoring
import ServiceLifecycle
import Serving
import Testing

/// The routes in an application that has a router, middleware and paths of its own.
@Suite struct ScoringRoutesTests {
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        var name = "own context"

        init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
    }

    struct ServerNameMiddleware: RouterMiddleware {
        func handle(
            _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
        ) async throws -> Response {
            var response = try await next(request, context)
            response.headers[.server] = context.name
            return response
        }
    }

    /// Runs the application on a free port, then shuts it down gracefully.
    private static func withApplication(
        _ router: Router<Context>, _ routes: ScoringRoutes, awaitsModel: Bool = true,
        _ body: @escaping @Sendable (_ base: String) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            services: [routes], onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: ScoringServerTests.quiet)
        let group = ServiceGroup(configuration: .init(services: [application], logger: ScoringServerTests.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                if awaitsModel { try await awaitModel(of: routes) }
                try await body("http://127.0.0.1:\(port)")
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private static func awaitModel(of routes: ScoringRoutes) async throws {
        for _ in 0..<200 where routes.currentScorer == nil { try await Task.sleep(for: .milliseconds(10)) }
    }

    private static func routes(_ models: ModelSource) -> ScoringRoutes {
        ScoringRoutes(models, metrics: PrometheusMetrics(), logger: ScoringServerTests.quiet)
    }

    @Test func routesStandBesideOthersBehindMiddleware() async throws {
        let routes = Self.routes(.fixed(try ScoringServerTests.model()))
        let router = Router(context: Context.self)
        router.add(middleware: ServerNameMiddleware())
        router.get("/") { _, _ in "own" }
        routes.add(to: router)
        try await Self.withApplication(router, routes) { base in
            #expect(try await ScoringServerTests.get(base + "/") == (200, "own"))
            var request = URLRequest(url: try #require(URL(string: base + "/predict")))
            request.httpMethod = "POST"
            request.httpBody = Data(TransactionBodyTests.body(TransactionBodyTests.good).utf8)
            let (data, response) = try await URLSession.shared.data(for: request)
            let fields = try #require(response as? HTTPURLResponse)
            #expect(fields.statusCode == 200 && fields.value(forHTTPHeaderField: "Server") == "own context")
            #expect(Double(String(decoding: data, as: UTF8.self)) == Double(Float(57.16)) / 1_000)
            #expect(try await ScoringServerTests.post(base + "/predict", Data("{}".utf8)).status == 422)
            #expect(try await ScoringServerTests.post(base + "/labels", Data("[]".utf8)).status == 200)
            #expect(try await ScoringServerTests.get(base + "/health").text.hasPrefix(#"{"status":"ok""#))
            #expect(try await ScoringServerTests.get(base + "/metrics").text.contains("predict_requests_total 2"))
            #expect(try await ScoringServerTests.get(base + "/docs").status == 200)
        }
    }

    @Test func headHasNoBody() async throws {
        let routes = Self.routes(.fixed(try ScoringServerTests.model()))
        let router = Router(context: Context.self)
        routes.add(to: router)
        try await Self.withApplication(router, routes) { base in
            let port = try #require(URL(string: base)?.port)
            try await HTTPProtocolTests.onThread {
                let connection = try RawConnection(port: port)
                for _ in 0..<2 {
                    try connection.send("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n")
                    let head = try connection.response(isHead: true)
                    #expect(head.status == 200 && head.fields["content-length"] != "0")
                }
            }
        }
    }

    @Test func theDocumentFollowsGroupAndSelection() async throws {
        let routes = Self.routes(.fixed(try ScoringServerTests.model()))
        let router = Router(context: Context.self)
        routes.add(to: router.group("shop/fraud"), [.predict, .openAPI])
        try await Self.withApplication(router, routes) { base in
            let document = try await ScoringServerTests.get(base + "/shop/fraud/openapi.json")
            #expect(document == (200, OpenAPIDocument(routes: [.predict, .openAPI], prefix: "/shop/fraud").json))
            struct Document: Decodable {
                struct Server: Decodable {
                    var url: String
                }
                struct Item: Decodable {}
                var servers: [Server]
                var paths: [String: Item]
            }
            let decoded = try JSONDecoder().decode(Document.self, from: Data(document.text.utf8))
            #expect(decoded.servers.map(\.url) == ["/shop/fraud"])
            #expect(decoded.paths.keys.sorted() == ["/openapi.json", "/predict"])
            #expect(try await ScoringServerTests.get(base + "/shop/fraud/health").status == 404)
        }
    }

    @Test func withoutAModelRoutesRespondWith503() async throws {
        let (models, continuation) = AsyncThrowingStream.makeStream(of: FraudModel.self)
        let routes = Self.routes(ModelSource { models })
        #expect(routes.currentScorer == nil)
        let router = Router(context: Context.self)
        routes.add(to: router)
        let model = try ScoringServerTests.model()
        try await Self.withApplication(router, routes, awaitsModel: false) { base in
            #expect(try await ScoringServerTests.get(base + "/health").status == 503)
            let body = Data(TransactionBodyTests.body(TransactionBodyTests.good).utf8)
            #expect(try await ScoringServerTests.post(base + "/predict", body).status == 503)
            continuation.yield(model)
            try await Self.awaitModel(of: routes)
            #expect(try await ScoringServerTests.get(base + "/health").status == 200)
        }
    }

    /// Labels that an application gets in its own way reach the history that requests are scored against.
    @Test func theScorerTakesLabelsFromElsewhere() async throws {
        let routes = Self.routes(.fixed(try LabelsRouteTests.model()))
        let router = Router(context: Context.self)
        routes.add(to: router, [.predict])
        try await Self.withApplication(router, routes) { base in
            let scorer = try #require(routes.currentScorer)
            func score(_ id: Int, day: Int) async throws -> String {
                let body = LabelsRouteTests.request(id, day: day, customer: id)
                return try await ScoringServerTests.post(base + "/predict", Data(body.utf8)).text
            }
            #expect(try await score(1, day: 1) == "0.01")
            let dateTime = try #require(scorer.state?.watermarkDateTime)
            let label = TransactionLabel(transactionID: 1, dateTime: dateTime, terminalID: 5, isFraud: true)
            #expect(try scorer.applyLabel(label) == .applied)
            #expect(try await score(2, day: 9) == "0.51")
        }
    }
}
