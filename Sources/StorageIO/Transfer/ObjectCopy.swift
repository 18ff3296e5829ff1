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

    /// - Parameter progress: called with the bytes of each chunk that was written.
    /// - Throws: ``ObjectStoreError/Code/modified`` when the source does not, or no longer, match its metadata.
    package func run(progress: @escaping @Sendable (Int64) -> Void = { _ in }) async throws {
        if source.isSame(as: destination) {
            try await source.copy(from: object.key, to: key)
            progress(object.size)
            return
        }
        let isTagged = options.verification != .lengths && object.mayHaveDigestTag
        let (chunkBytes, _) = options.chunks(from: source)
        // For a single chunk the sum costs less than asking the store whether the tag is one.
        let asksFirst = isTagged && object.size > chunkBytes
        let expected = asksFirst ? try await source.checksum(of: object) : nil
        let isComputed = options.verification == .readBack || expected?.isReproducible == true || isTagged && !asksFirst
        if let checksum = try await sendFile(progress) {
            if options.verification == .readBack { try await readBack(expecting: checksum) }
            return
        }
        if object.size <= chunkBytes, let destination = destination as? LocalObjectStore {
            return try await copyWhole(to: destination, isTagged: isTagged, isComputed: isComputed, progress)
        }
        var writing = WriteOptions(expectedSize: object.size, memoryLimit: options.memoryLimit / 2)
        if destination is any AttributePreserving, let source = source as? any AttributePreserving {
            writing.attributes = try await source.attributes(of: object)
        }
        let writer = try await destination.write(key, options: writing)
        do {
            let actual: StoredChecksum?
            if let partwise = partwiseCopy(to: writer, expecting: expected, isComputed: isComputed) {
                actual = try await partwise.run(progress: progress)
            } else {
                actual = try await copyInOrder(to: writer, expecting: expected, isComputed: isComputed, progress)
            }
            if isTagged, let actual { try await check(actual, expected, asksFirst: asksFirst) }
            try await writer.finish()
            if options.verification == .readBack, let actual { try await readBack(expecting: actual) }
        } catch {
            await writer.abort()
            throw error
        }
    }

    /// A single chunk is written in one step: for a small object, switching threads takes longer than the work.
    private func copyWhole(
        to store: LocalObjectStore, isTagged: Bool, isComputed: Bool, _ progress: @Sendable (Int64) -> Void
    ) async throws {
        let input = StoredObjectInput(store: source, metadata: object)
        let bytes = object.size == 0 ? [] : try await input.read(0..<object.size)
        var digest = ContentDigest(like: nil)
        if isComputed { digest = try await digest.updated(bytes) }
        let actual = digest.finish()
        if isTagged { try await check(actual, nil, asksFirst: false) }
        try await store.putAtOnce(bytes, to: key)
        progress(object.size)
        if options.verification == .readBack { try await readBack(expecting: actual) }
    }

    /// - Returns: nil without doing anything if there is no file or its store does not take files.
    private func sendFile(_ progress: @escaping @Sendable (Int64) -> Void) async throws -> StoredChecksum? {
        guard object.size >= Self.smallestInParts, let source = source as? LocalObjectStore,
            let destination = destination as? any FileReceiving
        else { return nil }
        let file = try await source.openToRead(object.key, matching: object.entityTag)
        return try await destination.receive(
            file, as: key, memoryLimit: options.memoryLimit / 2, progress: progress)
    }

    /// How the object is copied in parts; nil if it is small, or that is not possible or not faster.
    private func partwiseCopy(
        to writer: any ObjectWriter, expecting expected: StoredChecksum?, isComputed: Bool
    ) -> PartwiseCopy? {
        guard object.size >= Self.smallestInParts, let writer = writer as? any PositionedObjectWriter,
            // A file is written as fast in order, unless its bytes come over several connections.
            source.capabilities.contains(.parallelStreams) || !(destination is LocalObjectStore)
        else { return nil }
        let summing: PartwiseCopy.Summing
        switch (expected, writer as? any DigestingObjectWriter) {
        case _ where !isComputed: summing = .nothing
        case (.md5OfParts(_, let size), let digesting?) where size > 0: summing = .writtenParts(size, digesting)
        case (.md5OfParts(_, let size), nil) where size > 0: summing = .parts(size)
        case (_, let digesting?): summing = .whole(digesting)
        // The sum needs the bytes in order.
        case (_, nil): return nil
        }
        return PartwiseCopy(
            source: source, object: object, writer: writer,
            streams: max(1, min(16, options.memoryLimit / PartwiseCopy.bytesHeldByStream)), summing: summing)
    }

    private static let smallestInParts: Int64 = 8 << 20

    private func copyInOrder(
        to writer: any ObjectWriter, expecting expected: StoredChecksum?, isComputed: Bool,
        _ progress: @Sendable (Int64) -> Void
    ) async throws -> StoredChecksum? {
        let (chunkBytes, readAhead) = options.chunks(from: source)
        let chunks = StoredObjectChunks(
            store: source, object: object, chunkBytes: chunkBytes, readAhead: readAhead)
        var digest = ContentDigest(like: expected)
        do {
            while let chunk = try await chunks.next() {
                let before = digest
                async let updated = isComputed ? before.updated(chunk) : before
                try await writer.write(chunk)
                progress(Int64(chunk.count))
                digest = try await updated
            }
        } catch {
            await chunks.cancel()
            throw error
        }
        return isComputed ? digest.finish() : nil
    }

    private func check(_ actual: StoredChecksum, _ expected: StoredChecksum?, asksFirst: Bool) async throws {
        if !asksFirst, actual.text == object.entityTag?.lowercased() { return }
        let expected = asksFirst ? expected : try await source.checksum(of: object)
        guard let expected, expected.isComparable(with: actual), actual != expected else { return }
        throw ObjectStoreError(
            .modified, location: source.root + object.key.path,
            message: "the bytes read have the checksum \(actual.text), the store says \(expected.text)")
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
    /// Whether the entity tag has S3's form: an MD5 sum, with a hyphen and the number of parts for a multipart upload.
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
