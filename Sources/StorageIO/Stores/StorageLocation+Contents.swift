/// The objects of a location, whatever they hold.
package struct LocationContents: Sendable {
    /// In ascending byte order of their keys.
    package var objects: [ObjectMetadata]
    /// The folder that their names are relative to: the folder, or the one that a pattern begins with; nil if the
    /// location is one object.
    package var folder: String?
    /// Entries that cannot be objects.
    package var unlisted: [UnlistedObject] = []
    /// The root of the store.
    let root: String
}

extension StorageLocation {
    /// The object of that name; else all objects below the folder, folder markers among them; else what the pattern matches.
    package func contents() async throws -> LocationContents {
        if !uri.path.isEmpty, !uri.isFolder {
            do {
                return LocationContents(objects: [try await store.head(key())], folder: nil, root: store.root)
            } catch let error as ObjectStoreError where error.code == .notFound {
                // Then it is a folder or a pattern.
            }
        }
        var contents = LocationContents(objects: [], folder: folderPrefix, root: store.root)
        for try await entry in store.entries(prefix: folderPrefix) {
            switch entry {
            case .object(let object): contents.objects.append(object)
            case .unlisted(let unlisted): contents.unlisted.append(unlisted)
            }
        }
        guard contents.objects.isEmpty, contents.unlisted.isEmpty, let pattern = uri.pattern else {
            return contents
        }
        let expansion = try await GlobExpansion.expanding(pattern, in: store)
        return LocationContents(
            objects: expansion.matches.map(\.object), folder: pattern.literalFolder, unlisted: expansion.unlisted,
            root: store.root)
    }
}
