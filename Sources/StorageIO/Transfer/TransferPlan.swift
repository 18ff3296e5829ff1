/// Which objects go where.
struct TransferPlan: Sendable {
    struct Step: Sendable {
        var source: ObjectMetadata
        var destination: ObjectKey
        /// What is at the destination now.
        var existing: ObjectMetadata?
    }

    /// In ascending byte order of the sources' keys.
    var steps: [Step] = []
    /// Objects at the destination that the source does not have.
    var others: [ObjectMetadata] = []
    /// Names at the source that cannot be copied.
    var failures: [TransferReport.Failure] = []
    /// The store that is written to.
    let destination: any ObjectStore

    /// - Throws: ``TransferError``; ``OutputConflict``; what listing throws.
    static func make(from source: StorageLocation, to destination: StorageLocation) async throws -> TransferPlan {
        guard destination.uri.pattern == nil else {
            throw TransferError.unusableDestination(
                destination.description, reason: "a pattern is not a location to write to")
        }
        let found = try await source.contents()
        guard !found.objects.isEmpty || !found.unlisted.isEmpty else {
            throw TransferError.nothingFound(source.description)
        }
        guard let folder = found.folder else { return try await single(found.objects[0], source, to: destination) }
        try await refuseNesting(source, folder, destination)
        return try await folderPlan(found, folder, to: destination.confined())
    }

    private static func folderPlan(
        _ found: LocationContents, _ folder: String, to destination: StorageLocation
    ) async throws -> TransferPlan {
        let store = destination.store
        var existing: [ObjectKey: ObjectMetadata] = [:]
        for try await case .object(let object) in store.entries(prefix: destination.folderPrefix) {
            existing[object.key] = object
        }
        var plan = TransferPlan(destination: store)
        for unlisted in found.unlisted {
            plan.failures.append(.init(location: unlisted.location, message: unlisted.reason))
        }
        for object in found.objects {
            if object.isFolderMarker, !store.capabilities.contains(.folderMarkers) { continue }
            let name = destination.folderPrefix + object.key.path.droppingBytes(folder.utf8.count)
            if name.isEmpty, object.isFolderMarker { continue }
            guard let key = try? ObjectKey(verbatim: name), key.isPortable || store.capabilities.contains(.anyKey)
            else {
                plan.failures.append(
                    .init(
                        location: found.root + object.key.path,
                        message: "\(store.root) cannot hold an object of that name, "
                            + "since a part of it is empty, '.' or '..', or has a NUL byte"))
                continue
            }
            plan.steps.append(Step(source: object, destination: key, existing: existing.removeValue(forKey: key)))
        }
        plan.others = existing.values.filter { !$0.isFolderMarker }.sorted { $0.key < $1.key }
        return plan
    }

    /// One object: under its own name if the destination is a folder, otherwise under the destination's name.
    private static func single(
        _ object: ObjectMetadata, _ source: StorageLocation, to destination: StorageLocation
    ) async throws -> TransferPlan {
        var isFolder = destination.uri.isFolder || destination.uri.path.isEmpty
        if !isFolder {
            for try await _ in destination.store.list(prefix: destination.folderPrefix) {
                isFolder = true
                break
            }
        }
        // The name is the source's: it stays within the destination's folder.
        let location = isFolder ? try destination.confined() : destination
        let key = try isFolder ? location.key(object.key.name) : location.key()
        try await StorageLocation(store: location.store, key: key).checkOutput(doesNotReplace: [source])
        var existing: ObjectMetadata?
        do {
            existing = try await location.store.head(key)
        } catch let error as ObjectStoreError where error.code == .notFound {}
        return TransferPlan(
            steps: [Step(source: object, destination: key, existing: existing)], destination: location.store)
    }

    private static func refuseNesting(
        _ source: StorageLocation, _ folder: String, _ destination: StorageLocation
    ) async throws {
        guard source.store.isSame(as: destination.store) else { return }
        let from = try await source.store.withoutLinks(folder: folder)
        let target = try await destination.store.withoutLinks(folder: destination.folderPrefix)
        guard target.startsWithBytes(of: from) || from.startsWithBytes(of: target) else { return }
        throw TransferError.unusableDestination(
            destination.description,
            reason: "source and destination overlap, so that copies would be copied again")
    }
}

extension ObjectStore {
    /// Whether both are the same store, so that it can copy by itself.
    func isSame(as other: any ObjectStore) -> Bool {
        if type(of: self) is AnyClass, type(of: other) is AnyClass {
            return (self as AnyObject) === (other as AnyObject)
        }
        return type(of: self) == type(of: other) && root.hasBytes(of: other.root)
    }
}
