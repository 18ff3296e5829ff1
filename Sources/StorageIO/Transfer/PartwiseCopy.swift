/// Copies one object over several connections at the same time: each reads a range, which is written to its position as
/// it arrives.
///
/// If the writer can read what it has written, checksums are computed of that, several parts at a time
/// (``PartDigests``), while others arrive.
struct PartwiseCopy: Sendable {
    /// A chunk that is being written, one that arrives meanwhile, the connection's own buffer, and what the allocator
    /// keeps of earlier ones.
    static let bytesHeldByStream = 9 << 19
    /// Long ranges save requests; short ones let all connections end at about the same time.
    private static let longestRange: Int64 = 64 << 20
    private static let usualUnit: Int64 = 8 << 20

    let source: any ObjectStore
    let object: ObjectMetadata
    let writer: any PositionedObjectWriter
    /// Ranges in flight at the same time.
    let streams: Int
    /// The checksum that is computed during the copy.
    let summing: Summing

    enum Summing: Sendable {
        case nothing
        /// MD5 of the whole, which needs the ranges in order: of what has been written.
        case whole(any DigestingObjectWriter)
        /// MD5 of parts of that size, of what has been written.
        case writtenParts(Int64, any DigestingObjectWriter)
        /// The same, of the bytes as they arrive.
        case parts(Int64)
    }

    /// - Returns: the content's checksum, if one is computed.
    func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> StoredChecksum? {
        let unit =
            switch summing {
            case .nothing, .whole: Self.usualUnit
            case .writtenParts(let size, _), .parts(let size): size
            }
        let share = min(Self.longestRange, object.size / Int64(2 * streams))
        let ranges = RangeSequence(size: object.size, step: unit * max(1, share / unit))
        let sum = CopySum(summing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    while let range = await ranges.next() { try await copy(range, unit: unit, sum, progress) }
                }
            }
            try await group.waitForAll()
        }
        return try await sum.finish()
    }

    private func copy(
        _ range: Range<Int64>, unit: Int64, _ sum: CopySum, _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws {
        var position = range.lowerBound, start = position
        var arriving: ContentDigest?
        if case .parts(let size) = summing { arriving = ContentDigest(like: .md5OfParts("", partSize: size)) }
        let receiver = ChunkReceiver { chunk in
            try await writer.write(chunk, at: position)
            arriving = try await arriving?.updated(chunk)
            progress(Int64(chunk.count))
            position += Int64(chunk.count)
            while start < position, position >= min(start + unit, range.upperBound) {
                let end = min(start + unit, range.upperBound)
                try await sum.add(start..<end)
                start = end
            }
        }
        try await source.stream(object.key, range: range, matching: object.entityTag, to: receiver)
        guard position == range.upperBound else {
            throw ObjectStoreError(
                .modified, location: source.root + object.key.path,
                message: "received \(position - range.lowerBound) bytes where \(range.count) were requested")
        }
        if let arriving { await sum.add(arriving.finishParts(), from: range.lowerBound) }
    }
}

/// The checksum of what has been copied so far. The caller whose range lets the computation continue waits for it.
private actor CopySum {
    private let summing: PartwiseCopy.Summing
    private var waiting: [Range<Int64>] = []
    /// Of consecutive parts from a byte on.
    private var sums: [(start: Int64, md5: [[UInt8]])] = []
    private var whole = ContentDigest(like: nil)
    private var wholeEnd: Int64 = 0
    private var isAtWhole = false

    init(_ summing: PartwiseCopy.Summing) { self.summing = summing }

    /// A range has been written.
    func add(_ range: Range<Int64>) async throws {
        switch summing {
        case .nothing, .parts: return
        case .writtenParts(_, let writer):
            waiting.append(range)
            if waiting.count == PartDigests.lanes { try await sumParts(writer) }
        case .whole(let writer):
            waiting.append(range)
            if !isAtWhole { try await sumWhole(writer) }
        }
    }

    /// The sums of parts that were computed as they arrived.
    func add(_ md5: [[UInt8]], from start: Int64) { sums.append((start, md5)) }

    func finish() async throws -> StoredChecksum? {
        switch summing {
        case .nothing: return nil
        case .whole: return whole.finish()
        case .writtenParts(let size, let writer):
            if !waiting.isEmpty { try await sumParts(writer) }
            return sum(ofParts: size)
        case .parts(let size): return sum(ofParts: size)
        }
    }

    private func sum(ofParts size: Int64) -> StoredChecksum {
        .md5OfParts(sums: sums.sorted { $0.start < $1.start }.flatMap(\.md5), partSize: size)
    }

    private func sumParts(_ writer: any DigestingObjectWriter) async throws {
        let parts = waiting
        waiting = []
        let digests = try await writer.digests(of: parts)
        sums += zip(parts, digests).map { ($0.lowerBound, [$1.md5]) }
    }

    private func sumWhole(_ writer: any DigestingObjectWriter) async throws {
        isAtWhole = true
        defer { isAtWhole = false }
        while let next = waiting.firstIndex(where: { $0.lowerBound == wholeEnd }) {
            let range = waiting.remove(at: next)
            whole = try await writer.updated(whole, with: range)
            wholeEnd = range.upperBound
        }
    }
}
