/// One level of a listing by folders, put into byte order of whole keys.
///
/// The server lists names in byte order, but knows a folder's name without its closing `/`: `b/` comes before `b-c`, though
/// `-` sorts before `/`. So a folder waits until a name has come that sorts after it with its `/`; from then on all others
/// do, too. What waits at a time are folders whose names start with one another.
struct S3FolderListing: Sendable {
    enum Entry: Sendable {
        case object(ObjectMetadata)
        /// Its prefix, with the closing `/`.
        case folder(String)

        var key: String {
            switch self {
            case .object(let object): object.key.path
            case .folder(let prefix): prefix
            }
        }

        /// What servers order by.
        fileprivate var name: Substring.UTF8View {
            switch self {
            case .object(let object): object.key.path[...].utf8
            case .folder(let prefix): prefix.utf8.dropLast()
            }
        }
    }

    let prefix: String
    private(set) var continuation: String?
    private var hasAllPages = false
    /// The page's entries in reverse order of their names.
    private var page: [Entry] = []
    /// Folders that wait, the one to come first last.
    private var waiting: [Entry] = []
    /// Pages may begin with the folder that the one before ended with.
    private var latestFolder: String?

    init(prefix: String) { self.prefix = prefix }

    /// Whether ``next()`` wants another page first.
    var needsPage: Bool { page.isEmpty && !hasAllPages }

    mutating func take(_ further: S3ListPage) {
        page = further.objects.map { .object($0) }
        // A folder that is the prefix itself would be listed for ever.
        page += further.folders.filter { $0.utf8.count > prefix.utf8.count && $0.endsWithSlash }.map { .folder($0) }
        page.sort { $1.name.lexicographicallyPrecedes($0.name) }
        continuation = further.continuation
        hasAllPages = continuation == nil
    }

    /// The next entry in byte order; nil when the page is used up or nothing is left.
    mutating func next() -> Entry? {
        while let entry = page.last {
            if let folder = waiting.last, folder.key.utf8.lexicographicallyPrecedes(entry.key.utf8) {
                return waiting.removeLast()
            }
            page.removeLast()
            guard case .folder(let prefix) = entry else { return entry }
            if latestFolder?.hasBytes(of: prefix) != true { waiting.append(entry) }
            latestFolder = prefix
        }
        return hasAllPages ? waiting.popLast() : nil
    }
}
