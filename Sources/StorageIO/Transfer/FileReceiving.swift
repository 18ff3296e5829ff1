/// A store that uploads the parts of a file in parallel, without holding them.
protocol FileReceiving: ObjectStore {
    /// Writes an object with a file's content.
    /// - Parameters:
    ///   - memoryLimit: about how many bytes of content may be held.
    ///   - progress: called with the bytes of each part that was uploaded.
    /// - Returns: the content's checksum, as the store keeps it; nil, without doing anything, for a file of a single
    ///   part.
    func receive(
        _ file: LocalFile, as key: ObjectKey, memoryLimit: Int, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum?
}
