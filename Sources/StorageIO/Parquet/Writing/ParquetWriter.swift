public import Columnar
import Parallelism

/// Writes one Parquet file of flat columns, row group by row group as they fill.
///
/// At any time one row group is being collected, one encoded and one written; more is never held in memory. One task
/// writes at a time.
public actor ParquetWriter {
    private enum State {
        case open
        case finished
        case failed
    }

    private struct EncodedRowGroup: Sendable {
        var rowCount: Int
        var chunks: [EncodedChunk]
    }

    private struct WrittenRowGroup: Sendable {
        var metadata: ParquetFormat.RowGroup
        var end: Int64
    }

    /// The most bytes of text that are joined from different batches; a row group that would have more ends early.
    private static let maximumTextBytes = 1 << 30
    /// The reader's limit, too.
    private static let maximumRows = 1 << 28

    private let writer: any ObjectWriter
    private let schema: Schema
    private let options: ParquetWriteOptions
    private var state = State.open
    private var isBusy = false
    private var collected: [RowSegment] = []
    private var collectedRows = 0
    private var collectedTextBytes = 0
    private var encoding: Task<EncodedRowGroup, any Error>?
    private var writing: Task<WrittenRowGroup, any Error>?
    /// The offset at which the row groups of `rowGroups` end; 0 before anything is written.
    private var position: Int64 = 0
    private var rowGroups: [ParquetFormat.RowGroup] = []

    /// - Parameter writer: gets the file's bytes, and is finished or aborted along with this writer.
    public init(to writer: any ObjectWriter, schema: Schema, options: ParquetWriteOptions = ParquetWriteOptions()) {
        self.writer = writer
        self.schema = schema
        self.options = options
    }

    /// Appends rows.
    /// - Throws: `ColumnarError` when the batch does not have the file's columns, and what encoding or writing of an
    ///   earlier row group threw; nothing can be written after that.
    public func write(_ batch: RecordBatch) async throws { try await write(CodedBatch(batch)) }

    /// Appends rows as ``write(_:)-(RecordBatch)`` does.
    package func write(_ batch: CodedBatch) async throws {
        try enter()
        defer { isBusy = false }
        try check(batch)
        let groupRows = max(1, min(options.rowGroupRows, Self.maximumRows))
        var row = 0
        while row < batch.rowCount {
            let count = min(groupRows - collectedRows, batch.rowCount - row)
            let segment = RowSegment(batch: batch, rows: row..<row + count)
            if collectedRows > 0, collectedTextBytes + segment.textByteCount > Self.maximumTextBytes {
                try await failing { try await encodeCollected() }
                continue
            }
            collected.append(segment)
            collectedRows += count
            collectedTextBytes += segment.textByteCount
            row += count
            let isNearlyFull = options.endsGroupsWithBatches && collectedRows >= groupRows - groupRows / 16
            if collectedRows == groupRows || (row == batch.rowCount && isNearlyFull) {
                try await failing { try await encodeCollected() }
            }
        }
    }

    /// Writes what is left and the footer, and finishes the object: only then does the file exist.
    /// - Throws: what ``write(_:)`` and the object writer throw.
    public func finish() async throws {
        try enter()
        defer { isBusy = false }
        try await failing {
            if collectedRows > 0 { try await encodeCollected() }
            try await writeEncoded()
            try await awaitWritten()
            if position == 0 { try await writer.write(ParquetFormat.magic) }
            try await writer.write(footer())
            try await writer.finish()
        }
        state = .finished
    }

    /// Drops the file; harmless after ``finish()``.
    public func abort() async {
        encoding?.cancel()
        writing?.cancel()
        _ = await encoding?.result
        _ = await writing?.result
        (encoding, writing, collected) = (nil, nil, [])
        if state == .open { state = .failed }
        await writer.abort()
    }

    private func enter() throws {
        guard state == .open, !isBusy else {
            throw ParquetError(
                .invalidRequest, file: "Parquet writer",
                message: isBusy ? "used by two tasks at the same time" : "it is closed, or failed before")
        }
        isBusy = true
    }

    private func failing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            state = .failed
            throw error
        }
    }

    private func check(_ batch: CodedBatch) throws {
        guard batch.schema.fields.count == schema.fields.count,
            zip(batch.schema.fields, schema.fields).allSatisfy({ $0.name == $1.name && $0.type == $1.type })
        else { throw ColumnarError.schemaMismatch(expected: schema, actual: batch.schema) }
        for (field, values) in zip(schema.fields, batch.columns) where !field.isNullable {
            guard let validity = values.validity else { continue }
            if let row = (0..<validity.count).first(where: { !validity[$0] }) {
                throw ColumnarError.unexpectedNull(field: field.name, row: row)
            }
        }
    }

    /// Passes on the collected rows, once the row group before them is encoded.
    private func encodeCollected() async throws {
        let (segments, rowCount) = (collected, collectedRows)
        (collected, collectedRows, collectedTextBytes) = ([], 0, 0)
        try await writeEncoded()
        encoding = Task { [schema, options] in
            EncodedRowGroup(rowCount: rowCount, chunks: try await Self.encode(segments, schema, options))
        }
    }

    /// Passes on the encoded row group, once the one before it is written.
    private func writeEncoded() async throws {
        guard let task = encoding else { return }
        encoding = nil
        let group = try await Self.value(of: task)
        try await awaitWritten()
        writing = Task { [writer, position] in try await Self.write(group, at: position, to: writer) }
    }

    private func awaitWritten() async throws {
        guard let task = writing else { return }
        writing = nil
        let written = try await Self.value(of: task)
        rowGroups.append(written.metadata)
        position = written.end
    }

    private static func value<Value: Sendable>(of task: Task<Value, any Error>) async throws -> Value {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private static func encode(
        _ segments: [RowSegment], _ schema: Schema, _ options: ParquetWriteOptions
    ) async throws -> [EncodedChunk] {
        try await onDedicatedThread(named: "parquet-write") { cancellation in
            let encoded = Lock([EncodedChunk?](repeating: nil, count: schema.fields.count))
            try parallelForThrowing(count: schema.fields.count, threads: options.threads) { index in
                try cancellation.check()
                let chunk = try ColumnChunkEncoder(field: schema.fields[index], options: options)
                    .encode(RowSegment.column(index, of: segments))
                encoded.withLock { $0[index] = chunk }
            }
            return encoded.withLock { $0.compactMap { $0 } }
        }
    }

    private static func write(
        _ group: EncodedRowGroup, at end: Int64, to writer: any ObjectWriter
    ) async throws -> WrittenRowGroup {
        var position = end
        if position == 0 {
            try await writer.write(ParquetFormat.magic)
            position = Int64(ParquetFormat.magic.count)
        }
        var metadata = ParquetFormat.RowGroup(rowCount: Int64(group.rowCount), fileOffset: position)
        let start = position
        for chunk in group.chunks {
            var column = chunk.metadata
            column.dataPageOffset += position
            column.dictionaryPageOffset = column.dictionaryPageOffset.map { $0 + position }
            metadata.columns.append(ParquetFormat.ColumnChunk(fileOffset: position, metadata: column))
            metadata.byteCount += column.uncompressedByteCount
            try await writer.write(chunk.bytes)
            position += Int64(chunk.bytes.count)
        }
        metadata.compressedByteCount = position - start
        return WrittenRowGroup(metadata: metadata, end: position)
    }

    private func footer() -> [UInt8] {
        var root = ParquetFormat.SchemaElement(name: "schema")
        root.childCount = Int32(schema.fields.count)
        let metadata = ParquetFormat.FileMetadata(
            version: options.dataPageVersion == .v1 ? 1 : 2,
            schema: [root] + schema.fields.map(ParquetFormat.SchemaElement.init),
            rowCount: rowGroups.reduce(0) { $0 + $1.rowCount },
            rowGroups: rowGroups,
            keyValues: options.keyValueMetadata.sorted { $0.key < $1.key }
                .map { ParquetFormat.KeyValue(key: $0.key, value: $0.value) },
            createdBy: "antifraud",
            columnOrderCount: schema.fields.count)
        var thrift = ThriftCompactWriter()
        metadata.write(to: &thrift)
        let length = UInt32(thrift.bytes.count)
        return thrift.bytes + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + ParquetFormat.magic
    }
}
