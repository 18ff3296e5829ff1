extension S3ObjectStore {
    /// The objects whose keys start with the prefix, in ascending byte order.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        let listing = S3Listing(store: self, prefix: prefix)
        return AsyncThrowingStream { try await listing.next() }
    }

    /// What a folder has directly in it.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        var contents = FolderContents(objects: [], folders: [])
        var continuation: String?
        repeat {
            let page = try await listPage(prefix: prefix, delimiter: "/", continuation: continuation)
            contents.objects += page.objects
            contents.folders += page.folders
            continuation = page.continuation
        } while continuation != nil
        contents.objects.sort { $0.key < $1.key }
        contents.folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return contents
    }
}
