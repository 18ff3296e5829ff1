/// Lists in byte order of keys, whatever the server's order.
///
/// Most servers list in that order: a page of a thousand keys per request. SeaweedFS lists folder by folder instead,
/// where `b/1` comes before `b-c`. There, listings longer than a page are made folder by folder, and inner folders are
/// sorted among the objects, see ``S3FolderListing``; memory holds a page for each level.
actor S3Listing {
    private let store: S3ObjectStore
    private let prefix: String
    private var page: [ObjectMetadata] = []
    private var unlisted: [UnlistedObject] = []
    private var position = 0
    private var continuation: String?
    private var isStarted = false
    /// The innermost last; nil while the server's order is used.
    private var folders: [S3FolderListing]?
    private var latest: ObjectKey?

    init(store: S3ObjectStore, prefix: String) {
        self.store = store
        self.prefix = prefix
    }

    func next() async throws -> ListedEntry? {
        if !isStarted {
            isStarted = true
            try await start()
        }
        guard let object = try await folders == nil ? nextOfPages() : nextOfFolders() else {
            return unlisted.popLast().map { .unlisted($0) }
        }
        if let latest, !(latest < object.key) {
            store.listingMemory.rememberListsByFolder()
            throw ObjectStoreError(
                .unavailable, location: store.root + prefix,
                message:
                    "the server lists \(object.key) after \(latest): it has to be listed folder by folder")
        }
        latest = object.key
        return .object(object)
    }

    private func start() async throws {
        let order = store.client.configuration.listingOrder
        guard order != .folders else {
            folders = [S3FolderListing(prefix: prefix)]
            return
        }
        let first = try await store.listPage(prefix: prefix, delimiter: nil, continuation: nil)
        // A listing that fits into one page can be sorted here.
        let isWhole = first.continuation == nil
        if !isWhole, order == .automatic,
            store.listingMemory.listsByFolder || first.server.hasPrefix("SeaweedFS") || !first.isAscending
        {
            folders = [S3FolderListing(prefix: prefix)]
        } else {
            page = isWhole ? first.objects.sorted { $0.key < $1.key } : first.objects
            unlisted = first.unlisted
            continuation = first.continuation
        }
    }

    private func nextOfPages() async throws -> ObjectMetadata? {
        while position == page.count {
            guard let token = continuation else { return nil }
            let further = try await store.listPage(prefix: prefix, delimiter: nil, continuation: token)
            (page, position, continuation) = (further.objects, 0, further.continuation)
            unlisted += further.unlisted
        }
        defer { position += 1 }
        return page[position]
    }

    private func nextOfFolders() async throws -> ObjectMetadata? {
        while var innermost = folders?.popLast() {
            var entry = innermost.next()
            while entry == nil, innermost.needsPage {
                let page = try await store.listPage(
                    prefix: innermost.prefix, delimiter: "/", continuation: innermost.continuation)
                unlisted += page.unlisted
                innermost.take(page)
                entry = innermost.next()
            }
            guard let entry else { continue }
            folders?.append(innermost)
            switch entry {
            case .object(let object): return object
            case .folder(let prefix): folders?.append(S3FolderListing(prefix: prefix))
            }
        }
        return nil
    }
}
