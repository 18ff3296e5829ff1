import Parallelism

/// An object's content from its first byte to its last in chunks, some of them read ahead in parallel. All are of the
/// version that the metadata describe.
struct StoredObjectChunks: Sendable {
    private let chunks: OrderedReadAhead<Range<Int64>, [UInt8]>

    /// - Parameters:
    ///   - chunkBytes: the size of all chunks but the last.
    ///   - readAhead: how many chunks may be in memory besides the one that is taken.
    init(store: any ObjectStore, object: ObjectMetadata, chunkBytes: Int, readAhead: Int) {
        let input = StoredObjectInput(store: store, metadata: object)
        let ranges = RangeSequence(size: object.size, step: Int64(chunkBytes))
        chunks = OrderedReadAhead(width: readAhead) {
            await ranges.next()
        } work: { range in
            try await input.read(range)
        }
    }

    /// The next chunk, nil at the end.
    func next() async throws -> [UInt8]? { try await chunks.next() }

    /// Ends reading ahead.
    func cancel() async { await chunks.cancel() }
}
