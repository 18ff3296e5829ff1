/// Compares the content of two objects of any stores.
struct ObjectComparison: Sendable {
    let options: TransferOptions

    /// Compares the checksums that the stores keep if they have the same form; reads one side if only the other has a
    /// checksum; reads both otherwise.
    func haveSameContent(
        _ first: ObjectMetadata, in firstStore: any ObjectStore, _ second: ObjectMetadata,
        in secondStore: any ObjectStore
    ) async throws -> Bool {
        guard first.size == second.size else { return false }
        if first.size == 0 { return true }
        async let firstStored = firstStore.checksum(of: first)
        async let secondStored = secondStore.checksum(of: second)
        switch (try await firstStored, try await secondStored) {
        case (let one?, let other?) where one.isComparable(with: other): return one == other
        case (let one?, _) where one.isReproducible:
            return try await checksum(of: second, in: secondStore, like: one) == one
        case (_, let other?) where other.isReproducible:
            return try await checksum(of: first, in: firstStore, like: other) == other
        default:
            let one = try await checksum(of: first, in: firstStore, like: nil)
            return try await checksum(of: second, in: secondStore, like: nil) == one
        }
    }

    /// A checksum computed from the content.
    func checksum(
        of object: ObjectMetadata, in store: any ObjectStore, like model: StoredChecksum?
    ) async throws -> StoredChecksum {
        if case .md5OfParts(_, let partSize) = model, partSize > 0, let store = store as? LocalObjectStore {
            let file = try await store.openToRead(object.key, matching: object.entityTag)
            return .md5OfParts(sums: try await file.md5(ofParts: partSize), partSize: partSize)
        }
        let (chunkBytes, readAhead) = options.chunks(from: store)
        let chunks = StoredObjectChunks(store: store, object: object, chunkBytes: chunkBytes, readAhead: readAhead)
        var digest = ContentDigest(like: model)
        do {
            while let chunk = try await chunks.next() { digest = try await digest.updated(chunk) }
        } catch {
            await chunks.cancel()
            throw error
        }
        return digest.finish()
    }
}

extension StoredChecksum {
    /// Whether it can be computed from the content alone.
    var isReproducible: Bool {
        switch self {
        case .md5, .md5OfParts: true
        case .hdfs: false
        }
    }

    /// Whether different checksums mean different contents.
    func isComparable(with other: StoredChecksum) -> Bool {
        switch (self, other) {
        case (.md5, .md5): true
        case (.md5OfParts(_, let size), .md5OfParts(_, let otherSize)): size == otherSize
        case (.hdfs, .hdfs): self == other
        default: false
        }
    }
}
