import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(try Article.holdsCompiledExample(module: "HTTPTransport"))
    }

    @Test(.needs(.python)) func exampleCountsAndNotes() async throws {
        let peer = try Peer()
        let client = try TransportClient()
        // Each 251 bytes of the pattern hold one line feed.
        #expect(try await countLines(of: peer.url("table/\(251 * 100_000)"), client: client) == 100_000)
        #expect(try await peer.mark("table") == 100_000)
        #expect(try await countLines(of: peer.url("nothing"), client: client) == 0)
    }
}
