import Columnar
import Parallelism

/// Which bytes some columns of a row group need, and how to decode them.
struct RowGroupPlan: Sendable {
    /// A column's bytes in the file.
    private struct Chunk: Sendable {
        var column: ParquetColumn
        var codec: ParquetFormat.Codec
        var range: Range<Int64>
        /// The request that includes them.
        var request = 0
    }

    /// More rows than this in one row group would make columns too large to hold in memory.
    private static let maximumRows = 1 << 28
    private static let maximumRequestsInFlight = 8

    private let file: String
    private let rowGroup: Int
    private let rowCount: Int
    private var chunks: [Chunk] = []
    private var requests: [Range<Int64>] = []

    init(_ reader: ParquetReader, rowGroup: Int, columns: [ParquetColumn]) throws(ParquetError) {
        file = reader.input.name
        self.rowGroup = rowGroup
        rowCount = reader.rowGroups[rowGroup].rowCount
        guard rowCount <= Self.maximumRows else {
            throw ParquetError(
                .outOfRange, file: file, rowGroup: rowGroup,
                message: "\(rowCount) rows in a row group; at most \(Self.maximumRows) are read")
        }
        for column in columns {
            do {
                chunks.append(
                    try Self.locate(
                        reader.chunks[rowGroup][column.leaf], column, rowCount, size: reader.input.size,
                        padding: reader.chunkPadding))
            } catch {
                throw ParquetError(
                    error.code, file: file, column: column.name, rowGroup: rowGroup, message: error.message)
            }
        }
        let coalescing = RangeCoalescing(chunks.map(\.range))
        requests = coalescing.requests
        for index in chunks.indices { chunks[index].request = coalescing.requestOfRange[index] }
    }

    private static func locate(
        _ chunk: ParquetFormat.ColumnChunk, _ column: ParquetColumn, _ rowCount: Int, size: Int64,
        padding: Int64
    ) throws(ParquetFault) -> Chunk {
        let (metadata, codec, range) = try locate(chunk, size: size, padding: padding)
        guard metadata.type == column.physicalType.rawValue else {
            throw ParquetFault(.corrupt, "the column chunk is of type \(metadata.type), not \(column.physicalType)")
        }
        guard metadata.valueCount == Int64(rowCount) else {
            throw ParquetFault(.corrupt, "the column has \(metadata.valueCount) values in \(rowCount) rows")
        }
        return Chunk(column: column, codec: codec, range: range)
    }

    /// Where a column chunk is, and how it is compressed.
    static func locate(
        _ chunk: ParquetFormat.ColumnChunk, size: Int64, padding: Int64
    ) throws(ParquetFault) -> (ParquetFormat.ColumnMetadata, ParquetFormat.Codec, Range<Int64>) {
        guard !chunk.isEncrypted, let metadata = chunk.metadata else {
            throw ParquetFault(.unsupported, "the column is encrypted, or has no metadata")
        }
        guard chunk.filePath ?? "" == "" else {
            throw ParquetFault(.unsupported, "the column is in another file, \(chunk.filePath ?? "")")
        }
        guard let codec = ParquetFormat.Codec(rawValue: metadata.codec) else {
            throw ParquetFault(.unsupported, "unknown compression \(metadata.codec)")
        }
        // Some writers write 0 if there is no dictionary.
        var start = metadata.dataPageOffset
        if let dictionary = metadata.dictionaryPageOffset, dictionary > 0 { start = min(start, dictionary) }
        let count = metadata.compressedByteCount
        guard start >= 0, count >= 0, start <= size, count <= size - start else {
            throw ParquetFault(.truncated, "the column is at bytes \(start) + \(count) of a file of \(size)")
        }
        return (metadata, codec, start..<min(size, start + count + padding))
    }

    /// The bytes of each request.
    func fetch(from input: any RandomAccessInput) async throws -> [[UInt8]] {
        guard requests.count > 1 else {
            var buffers: [[UInt8]] = []
            for range in requests { buffers.append(try await input.read(range)) }
            return buffers
        }
        return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            var buffers = [[UInt8]](repeating: [], count: requests.count)
            for (index, range) in requests.enumerated() {
                if index >= Self.maximumRequestsInFlight, let (done, bytes) = try await group.next() {
                    buffers[done] = bytes
                }
                group.addTask { (index, try await input.read(range)) }
            }
            for try await (index, bytes) in group { buffers[index] = bytes }
            return buffers
        }
    }

    /// The columns, decoded on several threads, the longest first.
    func decode(_ buffers: [[UInt8]], threads: Int, _ cancellation: CancellationFlag) throws -> [Column] {
        let order = chunks.indices.sorted { chunks[$0].range.count > chunks[$1].range.count }
        let decoded = Lock([Column?](repeating: nil, count: chunks.count))
        try parallelForThrowing(count: chunks.count, threads: threads) { turn in
            try cancellation.check()
            let column = try decode(chunks[order[turn]], buffers)
            decoded.withLock { $0[order[turn]] = column }
        }
        return decoded.withLock { $0.compactMap { $0 } }
    }

    private func decode(_ chunk: Chunk, _ buffers: [[UInt8]]) throws -> Column {
        let start = Int(chunk.range.lowerBound - requests[chunk.request].lowerBound)
        return try buffers[chunk.request].withUnsafeBytes { buffer in
            guard start + chunk.range.count <= buffer.count else {
                throw ParquetError(.truncated, file: file, column: chunk.column.name, message: "bytes are missing")
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<start + chunk.range.count])
            var page: Int?
            var pageStart: Int64?
            do {
                var decoder = try ColumnChunkDecoder(
                    bytes, column: chunk.column, codec: chunk.codec, rowCount: rowCount)
                defer {
                    page = decoder.pages.page >= 0 ? decoder.pages.page : nil
                    pageStart = chunk.range.lowerBound + Int64(decoder.pages.pageStart)
                }
                return try decoder.decode()
            } catch {
                let (code, message): (ParquetError.Code, String) =
                    switch error {
                    case let fault as ParquetFault: (fault.code, fault.message)
                    default: (.corrupt, "\(error)")
                    }
                throw ParquetError(
                    code, file: file, column: chunk.column.name, rowGroup: rowGroup, page: page, offset: pageStart,
                    message: message)
            }
        }
    }
}
