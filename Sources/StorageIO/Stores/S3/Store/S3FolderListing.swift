/// One level of a listing by folders, sorted into byte order of whole keys.
///
/// The server lists names in byte order, but sorts a folder's name without its closing `/`: `b/` comes before `b-c`,
/// though `-` sorts before `/`. So a folder waits until a name has come that sorts after it with its `/`; then all
/// later ones do, too. Folders that wait at the same time are prefixes of one another.
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

        /// The servers' sort key.
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
    /// Folders that wait, the next one last.
    private var waiting: [Entry] = []
    /// A page may begin with the folder that the page before ended with.
    private var latestFolder: String?

    init(prefix: String) { self.prefix = prefix }

    /// Whether ``next()`` needs another page first.
    var needsPage: Bool { page.isEmpty && !hasAllPages }

    mutating func take(_ further: S3ListPage) {
        page = further.objects.map { .object($0) }
        // A folder that is the prefix itself would be listed endlessly.
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
