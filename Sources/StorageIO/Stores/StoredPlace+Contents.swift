/// The objects that a place stands for, whatever they hold.
package struct PlaceContents: Sendable {
    /// In ascending byte order of their keys.
    package var objects: [ObjectMetadata]
    /// Where their names start from: the folder, or the folder that a pattern begins with; nil where the place is one object.
    package var folder: String?
}

extension StoredPlace {
    /// The object of that name; else all objects below the folder; else what the pattern matches.
    package func contents() async throws -> PlaceContents {
        if !location.path.isEmpty, !location.isFolder {
            do {
                return PlaceContents(objects: [try await store.head(key())], folder: nil)
            } catch let error as ObjectStoreError where error.code == .notFound {
                // Then it is a folder or a pattern.
            }
        }
        var objects: [ObjectMetadata] = []
        for try await object in store.list(prefix: folderPrefix) { objects.append(object) }
        if objects.isEmpty, let pattern = location.pattern {
            objects = try await GlobExpansion.matches(of: pattern, in: store).map(\.object)
            return PlaceContents(objects: objects.sorted { $0.key < $1.key }, folder: pattern.literalFolder)
        }
        return PlaceContents(objects: objects, folder: folderPrefix)
    }
}
