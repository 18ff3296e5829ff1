import Parallelism
import Testing
import Tracking

@Suite struct PagedResultsTests {
    /// Pages by the token that leads to them; an empty page in between is no end.
    private static let pages: [String?: Page<Int>] = [
        nil: Page(elements: [1, 2], nextPageToken: "a"), "a": Page(elements: [], nextPageToken: "b"),
        "b": Page(elements: [3], nextPageToken: nil),
    ]

    private final class Requests: Sendable {
        let tokens = Lock<[String?]>([])
    }

    private static func results(_ requests: Requests) -> PagedResults<Int> {
        PagedResults { token in
            requests.tokens.withLock { $0.append(token) }
            return try #require(pages[token])
        }
    }

    @Test func elementsOfAllPagesComeInOrder() async throws {
        let requests = Requests()
        let results = Self.results(requests)
        #expect(try await results.all() == [1, 2, 3])
        #expect(requests.tokens.withLock { $0 } == [nil, "a", "b"])
        var elements: [Int] = []
        for try await element in results { elements.append(element) }
        #expect(elements == [1, 2, 3])
        var lengths: [Int] = []
        for try await page in results.pages { lengths.append(page.count) }
        #expect(lengths == [2, 0, 1])
    }

    @Test func aPageIsFetchedWhenItsFirstElementIsNeeded() async throws {
        let requests = Requests()
        var iterator = Self.results(requests).makeAsyncIterator()
        #expect(requests.tokens.withLock { $0 }.isEmpty)
        _ = try await iterator.next()
        _ = try await iterator.next()
        #expect(requests.tokens.withLock { $0 } == [nil])
        #expect(try await iterator.next() == 3)
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
        #expect(requests.tokens.withLock { $0 }.count == 3)
    }

    @Test func aQueryGetsItsPageSizeAndToken() async throws {
        let results = PagedResults(EntityQuery(), pageSize: 7) { query in
            #expect(query.pageSize == 7)
            return Page(elements: [query.pageToken ?? "first"], nextPageToken: query.pageToken == nil ? "next" : nil)
        }
        #expect(try await results.all() == ["first", "next"])
        await #expect(throws: TrackingError.self) {
            try await PagedResults(EntityQuery(), pageSize: 0) { _ in Page<Int>(elements: [], nextPageToken: nil) }
                .all()
        }
    }
}
