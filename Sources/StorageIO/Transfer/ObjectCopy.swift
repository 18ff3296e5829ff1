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
        let isTagged = options.verification != .lengths && object.mayHaveDigestTag
        let (pieceBytes, readAhead) = options.pieces(from: source)
        // For a single piece the sum costs less than asking the store whether the tag is one.
        let asksFirst = isTagged && object.size > pieceBytes
        let expected = asksFirst ? try await source.checksum(of: object) : nil
        let isComputed = options.verification == .readBack || expected?.isReproducible == true || isTagged && !asksFirst
        let writer = try await destination.write(
            key, options: WriteOptions(expectedSize: object.size, memoryLimit: options.memoryLimit / 2))
        let pieces = StoredObjectPieces(
            store: source, object: object, pieceBytes: pieceBytes, readAhead: readAhead)
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
            if isTagged { try await check(actual, expected, asksFirst: asksFirst) }
            try await writer.finish()
            if options.verification == .readBack { try await readBack(expecting: actual) }
        } catch {
            await pieces.cancel()
            await writer.abort()
            throw error
        }
    }

    private func check(_ actual: StoredChecksum, _ expected: StoredChecksum?, asksFirst: Bool) async throws {
        if !asksFirst, actual.text == object.entityTag?.lowercased() { return }
        let expected = asksFirst ? expected : try await source.checksum(of: object)
        guard let expected, expected.isComparable(with: actual), actual != expected else { return }
        throw ObjectStoreError(
            .modified, location: source.root + object.key.path,
            message: "what was read has the checksum \(actual.text), the store says \(expected.text)")
    }

    private func readBack(expecting expected: StoredChecksum) async throws {
        let copy = try await destination.head(key)
        let actual = try await ObjectComparison(options: options).checksum(of: copy, in: destination, like: expected)
        guard actual == expected else {
            try await destination.delete(key)
            throw ObjectStoreError(
                .modified, location: destination.root + key.path,
                message:
                    "read back, the copy had the checksum \(actual.text), the source \(expected.text); it was removed")
        }
    }
}

extension ObjectMetadata {
    /// Whether the entity tag has the form of S3's: an MD5 sum, with a hyphen and the number of parts if there were some.
    fileprivate var mayHaveDigestTag: Bool {
        guard let tag = entityTag?.utf8, tag.count >= 32 else { return false }
        let (digits, rest) = (tag.prefix(32), tag.dropFirst(32))
        return digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
            && (rest.isEmpty
                || rest.first == UInt8(ascii: "-") && rest.dropFirst().allSatisfy { (48...57).contains($0) })
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
