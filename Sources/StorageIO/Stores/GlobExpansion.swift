/// Finds the objects that match a pattern, listing only folders that can hold some.
///
/// A folder that matches stands for all objects below it.
package struct GlobExpansion: Sendable {
    /// An object, and the folder (with its closing `/`) or the key itself that matched.
    package struct Match: Sendable {
        package let object: ObjectMetadata
        package let matched: String
    }

    private let store: any ObjectStore
    private var found: [ObjectKey: Match] = [:]
    private var left: Set<UnlistedObject> = []

    /// All matches in ascending byte order of their keys.
    package var matches: [Match] { found.values.sorted { $0.object.key < $1.object.key } }
    /// Names that match but cannot be objects.
    package var unlisted: [UnlistedObject] {
        left.sorted { $0.location.utf8.lexicographicallyPrecedes($1.location.utf8) }
    }

    /// Expands a pattern.
    package static func expanding(_ pattern: GlobPattern, in store: any ObjectStore) async throws -> GlobExpansion {
        var expansion = GlobExpansion(store: store)
        for segments in pattern.alternatives { try await expansion.visit(segments[...], folder: "") }
        return expansion
    }

    private init(store: any ObjectStore) { self.store = store }

    /// - Parameter folder: Empty, or a folder's key with a closing `/`, that the segments before have matched.
    private mutating func visit(_ segments: ArraySlice<GlobPattern.Segment>, folder: String) async throws {
        guard let segment = segments.first else { return }
        let rest = segments.dropFirst()
        if segment == .anySegments {
            if rest.isEmpty {
                try await takeAll(below: folder)
            } else {
                try await visit(rest, folder: folder)
                for below in try await store.contents(ofFolder: folder).folders where segment.matches(below.lastName) {
                    try await visit(segments, folder: below)
                }
            }
        } else if let name = segment.literal {
            guard rest.isEmpty else { return try await visit(rest, folder: folder + name + "/") }
            do {
                take(try await store.head(ObjectKey(verbatim: folder + name)), matched: folder + name)
            } catch let error as ObjectStoreError where error.code == .notFound {
                try await takeAll(below: folder + name + "/")
            }
        } else {
            let (contents, unlisted) = try await store.allContents(ofFolder: folder)
            // The content of a broken link is unknown: it may match as well.
            left.formUnion(unlisted.filter { segment.matches($0.name) })
            if rest.isEmpty {
                for object in contents.objects where segment.matches(object.key.name) {
                    take(object, matched: object.key.path)
                }
            }
            for below in contents.folders where segment.matches(below.lastName) {
                if rest.isEmpty { try await takeAll(below: below) } else { try await visit(rest, folder: below) }
            }
        }
    }

    private mutating func take(_ object: ObjectMetadata, matched: String) {
        found[object.key] = Match(object: object, matched: matched)
    }

    private mutating func takeAll(below folder: String) async throws {
        for try await entry in store.entries(prefix: folder) {
            switch entry {
            case .object(let object): if !object.isFolderMarker { take(object, matched: folder) }
            case .unlisted(let unlisted): left.insert(unlisted)
            }
        }
    }
}

extension String {
    /// The last name of a folder's key, without the closing `/`.
    fileprivate var lastName: Substring { self[..<utf8.index(before: utf8.endIndex)].lastSlashSegment }
}
