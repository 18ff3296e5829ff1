/// Copies one object from any store to any store.
package struct ObjectCopy: Sendable {
    private let source: any ObjectStore
    private let object: ObjectMetadata
    private let destination: any ObjectStore
    private let key: ObjectKey
    private let options: TransferOptions

    package init(
        _ object: ObjectMetadata, of source: any ObjectStore, to key: ObjectKey, of destination: any ObjectStore,
        options: TransferOptions = TransferOptions()
    ) {
        self.object = object
        self.source = source
        self.key = key
        self.destination = destination
        self.options = options
    }

    /// - Parameter progress: called with the bytes of each piece that was written.
    /// - Throws: ``ObjectStoreError/Code/modified`` when the source is not, or is no longer, what its metadata say.
    package func run(progress: @Sendable (Int64) -> Void = { _ in }) async throws {
        if source.isSame(as: destination) {
            try await source.copy(from: object.key, to: key)
            progress(object.size)
            return
        }
        let expected = try await source.checksum(of: object)
        let isComputed = options.readsBack || expected?.isReproducible == true
        let writer = try await destination.write(
            key, options: WriteOptions(expectedSize: object.size, memoryLimit: options.memoryLimit / 2))
        let pieces = StoredObjectPieces(
            store: source, object: object, pieceBytes: options.pieceBytes, readAhead: options.readAhead)
        var digest = ContentDigest(like: expected)
        do {
            while let piece = try await pieces.next() {
                let before = digest
                async let updated = isComputed ? before.updated(piece) : before
                try await writer.write(piece)
                progress(Int64(piece.count))
                digest = try await updated
            }
            let actual = digest.finish()
            if let expected, expected.isReproducible, actual != expected {
                throw ObjectStoreError(
                    .modified, location: source.root + object.key.path,
                    message: "what was read has the checksum \(actual.text), the store says \(expected.text)")
            }
            try await writer.finish()
            if options.readsBack { try await readBack(expecting: actual) }
        } catch {
            await pieces.cancel()
            await writer.abort()
            throw error
        }
    }

    private func readBack(expecting expected: StoredChecksum) async throws {
        let copy = try await destination.head(key)
        let comparison = ObjectComparison(pieceBytes: options.pieceBytes, readAhead: options.readAhead)
        let actual = try await comparison.checksum(of: copy, in: destination, like: expected)
        guard actual == expected else {
            try await destination.delete(key)
            throw ObjectStoreError(
                .modified, location: destination.root + key.path,
                message:
                    "read back, the copy had the checksum \(actual.text), the source \(expected.text); it was removed")
        }
    }
}

extension StoredChecksum {
    /// The digits.
    var text: String {
        switch self {
        case .md5(let text), .md5OfParts(let text, _), .hdfs(_, let text): text
        }
    }
}
