import PostgreSQL
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "PostgreSQL"))
    }

    @Test(.needs(.postgresql)) func exampleStoresAndReads() async throws {
        let pool = try await TestDatabase().pool()
        #expect(try await store([(596, 0.25), (3156, 0.9), (596, 0.5)], in: pool) == 0.5)
        #expect(try await store([(596, .infinity)], in: pool) == .infinity)
    }
}
