extension S3ObjectStore: CompleteListing {
    /// The objects whose keys start with the prefix, in ascending byte order, without folder markers. Keys need not be
    /// ``ObjectKey/isPortable``.
    public func list(prefix: String) -> AsyncThrowingStream<ObjectMetadata, any Error> {
        completeList(prefix: prefix).mapped { entry in
            if case .object(let object) = entry, !object.isFolderMarker { object } else { nil }
        }
    }

    func completeList(prefix: String) -> AsyncThrowingStream<ListedEntry, any Error> {
        let listing = S3Listing(store: self, prefix: prefix)
        return AsyncThrowingStream { try await listing.next() }
    }

    /// The direct contents of a folder, without folder markers.
    public func contents(ofFolder prefix: String) async throws -> FolderContents {
        var contents = try await completeContents(ofFolder: prefix).0
        contents.objects.removeAll(where: \.isFolderMarker)
        return contents
    }

    func completeContents(ofFolder prefix: String) async throws -> (FolderContents, [UnlistedObject]) {
        var contents = FolderContents(objects: [], folders: [])
        var unlisted: [UnlistedObject] = []
        var continuation: String?
        repeat {
            let page = try await listPage(prefix: prefix, delimiter: "/", continuation: continuation)
            contents.objects += page.objects
            contents.folders += page.folders
            unlisted += page.unlisted
            continuation = page.continuation
        } while continuation != nil
        contents.objects.sort { $0.key < $1.key }
        contents.folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return (contents, unlisted)
    }
}

extension ObjectMetadata {
    /// Whether it is an empty object with which other programs make a folder visible: `folder/`.
    package var isFolderMarker: Bool {
        size == 0 && key.path.endsWithSlash
            && (try? ObjectKey(String(decoding: key.path.utf8.dropLast(), as: UTF8.self))) != nil
    }
}
