/// The results of a search, fetched page by page during iteration.
///
/// Pages are cut by position: concurrent additions and removals may shift elements across a page's edge.
public struct PagedResults<Element: Sendable>: AsyncSequence, Sendable {
    private let fetch: @Sendable (_ pageToken: String?) async throws -> Page<Element>

    package init(fetch: @escaping @Sendable (_ pageToken: String?) async throws -> Page<Element>) { self.fetch = fetch }

    /// One page: the first, or the one that follows the page that returned `token`.
    /// - Throws: ``TrackingError``, also for a token that no page returned.
    public func page(after token: String? = nil) async throws -> Page<Element> { try await fetch(token) }

    /// The results, a page at a time.
    package var pages: PageSequence<Element> { PageSequence(fetch: fetch) }

    /// Everything, in memory.
    public func all() async throws -> [Element] {
        var elements: [Element] = []
        for try await page in pages { elements += page }
        return elements
    }

    /// Iterates over the elements in order.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: pages.makeAsyncIterator()) }

    /// Holds one page at a time.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pages: PageSequence<Element>.AsyncIterator
        private var page: [Element] = []
        private var position = 0

        init(pages: PageSequence<Element>.AsyncIterator) { self.pages = pages }

        /// The next element, or nil at the end.
        public mutating func next() async throws -> Element? {
            while position == page.count {
                guard let next = try await pages.next() else { return nil }
                page = next
                position = 0
            }
            defer { position += 1 }
            return page[position]
        }
    }
}

extension PagedResults {
    /// What a query finds, `pageSize` elements a page.
    package init<Query: PagedQuery>(
        _ query: Query, pageSize: Int, search: @escaping @Sendable (Query) async throws -> Page<Element>
    ) {
        self.init { token in
            var query = query
            query.pageSize = try checked(pageSize)
            query.pageToken = token
            return try await search(query)
        }
    }
}
