/// An entry that a store's listings leave out, because it cannot be an object.
package struct UnlistedObject: Sendable, Hashable {
    /// The URL or path; bytes that are not UTF-8 are shown as `\xE9`.
    package let location: String
    /// As a key, with such bytes replaced by U+FFFD.
    package let path: String
    /// Why it is not an object.
    package let reason: String
    /// Whether there is or may be stored content: not in a pipe or socket.
    package var mayHoldContent = true

    /// Its name in its folder.
    var name: Substring { path.lastSlashSegment }
}

/// An entry of a complete listing.
package enum ListedEntry: Sendable {
    case object(ObjectMetadata)
    case unlisted(UnlistedObject)
}

/// A store that can report what its listings leave out.
protocol CompleteListing: ObjectStore {
    /// Everything under a prefix; objects in ascending byte order of their keys.
    func completeList(prefix: String) -> AsyncThrowingStream<ListedEntry, any Error>

    /// The direct contents of a folder.
    func completeContents(ofFolder prefix: String) async throws -> (FolderContents, [UnlistedObject])
}

extension ObjectStore {
    /// The objects whose keys start with the prefix, and what the listing leaves out.
    package func entries(prefix: String) -> AsyncThrowingStream<ListedEntry, any Error> {
        if let complete = self as? any CompleteListing { return complete.completeList(prefix: prefix) }
        return list(prefix: prefix).mapped { .object($0) }
    }

    /// The direct contents of a folder, and what its listing leaves out.
    func allContents(ofFolder prefix: String) async throws -> (FolderContents, [UnlistedObject]) {
        if let complete = self as? any CompleteListing { return try await complete.completeContents(ofFolder: prefix) }
        return (try await contents(ofFolder: prefix), [])
    }
}

extension AsyncThrowingStream where Element: Sendable, Failure == any Error {
    /// The elements for which the closure returns a value.
    func mapped<Result>(
        _ transform: @escaping @Sendable (Element) -> Result?
    ) -> AsyncThrowingStream<Result, any Error> {
        let source = StreamCursor(self)
        return AsyncThrowingStream<Result, any Error> {
            while let element = try await source.next() {
                if let result = transform(element) { return result }
            }
            return nil
        }
    }
}

/// A stream's iterator, for one task at a time.
private actor StreamCursor<Element: Sendable> {
    private var iterator: AsyncThrowingStream<Element, any Error>.Iterator?

    init(_ stream: AsyncThrowingStream<Element, any Error>) { iterator = stream.makeAsyncIterator() }

    func next() async throws -> Element? {
        guard var iterator else { return nil }
        self.iterator = nil
        let element = try await iterator.next(isolation: self)
        self.iterator = iterator
        return element
    }
}
