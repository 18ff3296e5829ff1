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

    /// - Throws: ``TransferError``; what listing throws.
    static func make(from source: StoredPlace, to destination: StoredPlace) async throws -> TransferPlan {
        guard destination.location.pattern == nil else {
            throw TransferError.unusableDestination(
                destination.description, reason: "a pattern names no place to write to")
        }
        let found = try await source.contents()
        let objects = found.objects
        guard !objects.isEmpty else { throw TransferError.nothingFound(source.description) }
        guard let folder = found.folder else { return try await single(objects[0], to: destination) }
        try refuseNesting(source, folder, destination)

        var existing: [ObjectKey: ObjectMetadata] = [:]
        for try await object in destination.store.list(prefix: destination.folderPrefix) {
            existing[object.key] = object
        }
        var plan = TransferPlan()
        for object in objects {
            let relative = String(decoding: object.key.path.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
            let key = try destination.key(relative)
            plan.steps.append(Step(source: object, destination: key, existing: existing.removeValue(forKey: key)))
        }
        plan.others = existing.values.sorted { $0.key < $1.key }
        return plan
    }

    /// One object: under its own name where the destination is a folder, under the destination's name elsewhere.
    private static func single(
        _ object: ObjectMetadata, to destination: StoredPlace
    ) async throws -> TransferPlan {
        var isFolder = destination.location.isFolder || destination.location.path.isEmpty
        if !isFolder {
            for try await _ in destination.store.list(prefix: destination.folderPrefix) {
                isFolder = true
                break
            }
        }
        let key = try isFolder ? destination.key(object.key.name) : destination.key()
        var existing: ObjectMetadata?
        do {
            existing = try await destination.store.head(key)
        } catch let error as ObjectStoreError where error.code == .notFound {}
        return TransferPlan(steps: [Step(source: object, destination: key, existing: existing)])
    }

    private static func refuseNesting(
        _ source: StoredPlace, _ folder: String, _ destination: StoredPlace
    ) throws(TransferError) {
        guard source.store.isSame(as: destination.store) else { return }
        let target = destination.folderPrefix
        guard target.utf8.starts(with: folder.utf8) || folder.utf8.starts(with: target.utf8) else { return }
        throw .unusableDestination(
            destination.description,
            reason: "source and destination lie in one another, so that copies would be copied again")
    }
}

extension ObjectStore {
    /// Whether both are one store, so that it can copy by itself.
    func isSame(as other: any ObjectStore) -> Bool {
        if type(of: self) is AnyClass, type(of: other) is AnyClass {
            return (self as AnyObject) === (other as AnyObject)
        }
        return type(of: self) == type(of: other) && root == other.root
    }
}
