/// The results of a search, fetched page by page during iteration.
///
/// Pages are cut by position: concurrent additions and removals may shift elements across a page's edge.
public struct PagedResults<Element: Sendable>: AsyncSequence, Sendable {
    let fetch: @Sendable (_ pageToken: String?) async throws -> Page<Element>

    /// One page: the first, or the one that follows the page that returned `token`.
    /// - Throws: ``TrackingError``, also for a token that no page returned.
    public func page(after token: String? = nil) async throws -> Page<Element> { try await fetch(token) }

    /// Everything, in memory.
    public func all() async throws -> [Element] {
        var elements: [Element] = []
        var token: String?
        repeat {
            let page = try await fetch(token)
            elements += page.elements
            token = page.nextPageToken
        } while token != nil
        return elements
    }

    /// Iterates over the elements in order.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(fetch: fetch) }

    /// Holds one page at a time.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let fetch: @Sendable (_ pageToken: String?) async throws -> Page<Element>
        private var page: [Element] = []
        private var position = 0
        private var token: String?
        private var isAtEnd = false

        init(fetch: @escaping @Sendable (_ pageToken: String?) async throws -> Page<Element>) { self.fetch = fetch }

        /// The next element, or nil at the end.
        public mutating func next() async throws -> Element? {
            while position == page.count {
                if isAtEnd { return nil }
                let next = try await fetch(token)
                page = next.elements
                position = 0
                token = next.nextPageToken
                isAtEnd = token == nil
            }
            defer { position += 1 }
            return page[position]
        }
    }
}
