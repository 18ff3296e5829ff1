import Foundation
import Logging
import Scoring
import ServiceLifecycle
import StorageIO
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "Serving"))
        let routes = "Tests/ServingTests/RoutesArticleExample.swift"
        #expect(try Article.holdsCompiledExample(module: "Serving", source: routes, number: 1))
    }

    @Test func exampleEndsWhenThereIsNoModel() async throws {
        let folder = try TemporaryFolder()
        let location = try ObjectStoreRegistry().resolve(folder.path("nothing"))
        let group = try await serve(location, port: 0, logger: ScoringServerTests.quiet)
        await #expect(throws: StoredModelError.unfinished(folder: location.description)) { try await group.run() }
    }
}
