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
    }

    @Test func exampleEndsWhenThereIsNoModel() async throws {
        let folder = try TemporaryFolder()
        let place = try ObjectStores().resolve(folder.path("nothing"))
        let group = try await serve(place, port: 0, logger: ScoringServerTests.quiet)
        await #expect(throws: StoredModelError.unfinished(folder: place.description)) { try await group.run() }
    }
}
