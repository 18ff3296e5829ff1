/// Copies one object over several connections at the same time: each brings a range, which is written to its place as it comes.
///
/// Checksums are computed of what has been written, several parts at a time (``PartDigests``), while others come.
struct PartwiseCopy: Sendable {
    /// A piece that is being written, one that comes meanwhile, and the connection's own buffer.
    static let bytesHeldByStream = 4 << 20
    /// Long ranges spare requests; short ones let all connections end at about the same time.
    private static let longestRange: Int64 = 64 << 20

    let source: any RangeStreaming
    let object: ObjectMetadata
    let writer: any PositionedObjectWriter
    let partSize: Int64
    /// Ranges on their way at the same time.
    let streams: Int
    /// Whether the sums of the parts are computed.
    let isSummed: Bool

    /// - Returns: the parts' MD5 sums in order, if they are computed.
    func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> [[UInt8]] {
        let share = min(Self.longestRange, object.size / Int64(2 * streams))
        let ranges = RangeSequence(size: object.size, step: partSize * max(1, share / partSize))
        let sums = PartSums(writer: writer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    while let range = await ranges.next() { try await copy(range, sums, progress) }
                }
            }
            try await group.waitForAll()
        }
        return try await sums.finish()
    }

    private func copy(_ range: Range<Int64>, _ sums: PartSums, _ progress: @Sendable (Int64) -> Void) async throws {
        var position = range.lowerBound, part = position
        try await source.stream(object.key, range: range, matching: object.entityTag) { piece in
            try await writer.write(piece, at: position)
            progress(Int64(piece.count))
            position += Int64(piece.count)
            while isSummed, part < position, position >= min(part + partSize, range.upperBound) {
                let end = min(part + partSize, range.upperBound)
                try await sums.add(part..<end)
                part = end
            }
        }
    }
}

/// The MD5 sums of parts as they become complete.
private actor PartSums {
    private let writer: any PositionedObjectWriter
    private var waiting: [Range<Int64>] = []
    private var sums: [(start: Int64, md5: [UInt8])] = []

    init(writer: any PositionedObjectWriter) { self.writer = writer }

    /// Whoever brings the part that fills the lanes waits until their sums are there.
    func add(_ part: Range<Int64>) async throws {
        waiting.append(part)
        if waiting.count == PartDigests.lanes { try await compute() }
    }

    func finish() async throws -> [[UInt8]] {
        if !waiting.isEmpty { try await compute() }
        return sums.sorted { $0.start < $1.start }.map(\.md5)
    }

    private func compute() async throws {
        let parts = waiting
        waiting = []
        let digests = try await writer.digests(of: parts)
        sums += zip(parts, digests).map { ($0.lowerBound, $1.md5) }
    }
}
