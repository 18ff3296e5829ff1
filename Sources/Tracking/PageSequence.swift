/// The elements of each page of a search, until a page names no next one.
package struct PageSequence<Item: Sendable>: AsyncSequence, Sendable {
    package typealias Element = [Item]

    let fetch: @Sendable (_ pageToken: String?) async throws -> Page<Item>

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(fetch: fetch) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let fetch: @Sendable (_ pageToken: String?) async throws -> Page<Item>
        private var token: String?
        private var isAtEnd = false

        init(fetch: @escaping @Sendable (_ pageToken: String?) async throws -> Page<Item>) { self.fetch = fetch }

        package mutating func next() async throws -> [Item]? {
            if isAtEnd { return nil }
            let page = try await fetch(token)
            token = page.nextPageToken
            isAtEnd = token == nil
            return page.elements
        }
    }
}
