/// Copies one object over several connections at the same time: each reads a range, which is written to its position as
/// it arrives.
///
/// Checksums are computed of what has been written, several parts at a time (``PartDigests``), while others arrive.
struct PartwiseCopy: Sendable {
    /// A chunk that is being written, one that arrives meanwhile, the connection's own buffer, and what the allocator
    /// keeps of earlier ones.
    static let bytesHeldByStream = 9 << 19
    /// Long ranges save requests; short ones let all connections end at about the same time.
    private static let longestRange: Int64 = 64 << 20
    private static let usualUnit: Int64 = 8 << 20

    let source: any RangeStreaming
    let object: ObjectMetadata
    let writer: any PositionedObjectWriter
    /// Ranges in flight at the same time.
    let streams: Int
    /// The checksum that is computed during the copy.
    let summing: Summing

    enum Summing {
        case nothing
        /// MD5 of the whole, which needs the ranges in order.
        case whole
        case parts(Int64)
    }

    /// - Returns: the content's checksum, if one is computed.
    func run(progress: @escaping @Sendable (Int64) -> Void) async throws -> StoredChecksum? {
        let unit =
            switch summing {
            case .nothing, .whole: Self.usualUnit
            case .parts(let size): size
            }
        let share = min(Self.longestRange, object.size / Int64(2 * streams))
        let ranges = RangeSequence(size: object.size, step: unit * max(1, share / unit))
        let sum = WrittenSum(writer: writer, summing: summing)
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
        _ range: Range<Int64>, unit: Int64, _ sum: WrittenSum, _ progress: @Sendable (Int64) -> Void
    ) async throws {
        var position = range.lowerBound, start = position
        try await source.stream(object.key, range: range, matching: object.entityTag) { chunk in
            try await writer.write(chunk, at: position)
            progress(Int64(chunk.count))
            position += Int64(chunk.count)
            while start < position, position >= min(start + unit, range.upperBound) {
                let end = min(start + unit, range.upperBound)
                try await sum.add(start..<end)
                start = end
            }
        }
    }
}

/// The checksum of what has been written so far. The caller whose range lets the computation continue waits for it.
private actor WrittenSum {
    private let writer: any PositionedObjectWriter
    private let summing: PartwiseCopy.Summing
    private var waiting: [Range<Int64>] = []
    private var sums: [(start: Int64, md5: [UInt8])] = []
    private var whole = ContentDigest(like: nil)
    private var wholeEnd: Int64 = 0
    private var isAtWhole = false

    init(writer: any PositionedObjectWriter, summing: PartwiseCopy.Summing) {
        self.writer = writer
        self.summing = summing
    }

    func add(_ range: Range<Int64>) async throws {
        switch summing {
        case .nothing: return
        case .parts:
            waiting.append(range)
            if waiting.count == PartDigests.lanes { try await sumParts() }
        case .whole:
            waiting.append(range)
            if !isAtWhole { try await sumWhole() }
        }
    }

    func finish() async throws -> StoredChecksum? {
        switch summing {
        case .nothing: return nil
        case .whole: return whole.finish()
        case .parts(let size):
            if !waiting.isEmpty { try await sumParts() }
            return .md5OfParts(sums: sums.sorted { $0.start < $1.start }.map(\.md5), partSize: size)
        }
    }

    private func sumParts() async throws {
        let parts = waiting
        waiting = []
        let digests = try await writer.digests(of: parts)
        sums += zip(parts, digests).map { ($0.lowerBound, $1.md5) }
    }

    private func sumWhole() async throws {
        isAtWhole = true
        defer { isAtWhole = false }
        while let next = waiting.firstIndex(where: { $0.lowerBound == wholeEnd }) {
            let range = waiting.remove(at: next)
            whole = try await writer.updated(whole, with: range)
            wholeEnd = range.upperBound
        }
    }
}
