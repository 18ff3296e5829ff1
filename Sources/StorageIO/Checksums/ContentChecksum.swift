extension ObjectStore {
    /// A checksum of an object's content: the one that the store keeps, or one computed by reading the object.
    /// - Parameter model: one whose form the result should have if possible; nil for any form.
    package func contentChecksum(
        of object: ObjectMetadata, like model: StoredChecksum?
    ) async throws -> StoredChecksum {
        if let stored = try await checksum(of: object), model.map({ stored.isComparable(with: $0) }) ?? true {
            return stored
        }
        return try await ObjectComparison(options: TransferOptions()).checksum(of: object, in: self, like: model)
    }
}
