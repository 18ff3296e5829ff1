/// Replaces the files of a folder in place, so that readers refuse the folder from the first changed file to the last: for
/// writers whose files have fixed names. (``DataSetWriter`` gives new names, and readers never have to wait.)
package struct FolderReplacement: Sendable {
    private let store: any ObjectStore
    private let success: ObjectKey
    private let marker: ObjectKey
    /// What `_SUCCESS` held before.
    private let earlier: [UInt8]?

    /// Marks the folder as unfinished.
    package static func begin(_ folder: ObjectKey, in store: any ObjectStore) async throws -> FolderReplacement {
        let success = try folder.appending(DataSetManifest.fileName)
        let marker = try folder.appending(UnfinishedMarker.ofWholeFolder)
        var earlier: [UInt8]?
        do {
            earlier = try await store.read(success)
        } catch let error as ObjectStoreError where error.code == .notFound {}
        try await store.put([], to: marker)
        let replacement = FolderReplacement(store: store, success: success, marker: marker, earlier: earlier)
        do {
            // A list of the earlier files would vouch for the new ones.
            try await store.delete(success)
        } catch {
            await replacement.revert()
            throw error
        }
        return replacement
    }

    /// The folder is whole.
    package func finish() async throws {
        try await store.put([], to: success)
        try await store.delete(marker)
    }

    /// Nothing was changed after all.
    package func revert() async {
        // What fails here leaves a folder that is refused, with all its files.
        if let earlier { try? await store.put(earlier, to: success) }
        try? await store.delete(marker)
    }
}
