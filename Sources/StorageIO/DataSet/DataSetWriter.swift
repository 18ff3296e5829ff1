public import Columnar

/// How a data set is to be written.
public struct DataSetWriteOptions: Sendable, Hashable {
    /// One file or many.
    public enum Layout: Sendable, Hashable {
        /// One file, which replaces an earlier one atomically.
        case file
        /// A folder of files `part-00000-….parquet` of at most so many rows, and an empty `_SUCCESS` when all are there.
        case folder(rowsPerFile: Int)
    }

    /// nil for the format that the place's ending says, and Parquet where it says nothing.
    public var format: DataFormat?
    /// nil for one file where the place has an ending such as `.parquet` or `.csv` and does not end with `/`, and a
    /// folder with files of ten million rows elsewhere.
    public var layout: Layout?
    /// For Parquet files.
    public var parquet: ParquetWriteOptions
    /// For CSV files.
    public var csv: CSVWriteOptions

    /// Chosen by the place's name unless told otherwise.
    public init(
        format: DataFormat? = nil, layout: Layout? = nil, parquet: ParquetWriteOptions = ParquetWriteOptions(),
        csv: CSVWriteOptions = CSVWriteOptions()
    ) {
        self.format = format
        self.layout = layout
        self.parquet = parquet
        self.csv = csv
    }
}

/// Writes one table as a file or a folder of files.
///
/// Until ``finish()`` nothing of an earlier data set at the place is touched. A single file is then replaced atomically.
/// In a folder, the parts of the earlier data set are removed once all new ones are there, and `_SUCCESS` comes last:
/// it is missing for as long as the folder holds parts of both. One task writes at a time.
public actor DataSetWriter {
    private let place: StoredPlace
    private let schema: Schema
    private let options: DataSetWriteOptions
    private let format: DataFormat
    /// nil for one file.
    private let rowsPerFile: Int?
    /// Tells this writer's parts from those of earlier ones.
    private let run = String(UInt64.random(in: .min ... .max), radix: 36)
    private let earlierParts: [ObjectKey]

    private var current: (any TableWriter)?
    private var rowsInCurrent = 0
    private var rows: Int64 = 0
    private var finishedParts: [ObjectKey] = []

    /// - Throws: ``DataSetError/occupied(place:file:)`` when a folder holds visible files other than parts of an earlier
    ///   data set; ``DataSetError/unwritable(place:reason:)``; what the store throws.
    public init(
        to place: StoredPlace, schema: Schema, options: DataSetWriteOptions = DataSetWriteOptions()
    ) async throws {
        let byName = DataFormat(fileName: place.location.path.split(separator: "/").last.map(String.init) ?? "")
        guard place.location.pattern == nil else {
            throw DataSetError.unwritable(place: place.description, reason: "a pattern names no place to write to")
        }
        guard !["gz", "zst"].contains(place.location.path.split(separator: ".").last) else {
            throw DataSetError.unwritable(place: place.description, reason: "compressed text is only read, not written")
        }
        self.place = place
        self.schema = schema
        self.options = options
        format = options.format ?? byName ?? .parquet
        let isFolder = place.location.isFolder || byName == nil
        switch options.layout ?? (isFolder ? .folder(rowsPerFile: 10_000_000) : .file) {
        case .file:
            rowsPerFile = nil
            earlierParts = []
        case .folder(let rows):
            rowsPerFile = max(1, rows)
            earlierParts = try await Self.parts(in: place)
        }
    }

    /// Appends rows.
    /// - Throws: ``ColumnarError/schemaMismatch(expected:actual:)`` for other columns; what the store throws.
    public func write(_ batch: RecordBatch) async throws {
        var row = 0
        while row < batch.rowCount {
            let writer = try await currentWriter()
            let count = min(batch.rowCount - row, (rowsPerFile ?? .max) - rowsInCurrent)
            try await writer.write(count == batch.rowCount ? batch : batch.slice(row..<row + count))
            row += count
            rowsInCurrent += count
            rows += Int64(count)
            if rowsInCurrent == rowsPerFile { try await finishCurrent() }
        }
    }

    /// Makes the data set visible; one without rows has its columns still.
    /// - Returns: Rows written.
    @discardableResult
    public func finish() async throws -> Int64 {
        if current == nil, finishedParts.isEmpty { _ = try await currentWriter() }
        try await finishCurrent()
        guard rowsPerFile != nil else { return rows }
        let success = try place.key("_SUCCESS")
        if !earlierParts.isEmpty {
            try await place.store.delete(success)
            for part in earlierParts { try await place.store.delete(part) }
        }
        try await place.store.put([], to: success)
        return rows
    }

    /// Removes what was written; an earlier data set stays.
    public func abort() async {
        await current?.abort()
        current = nil
        // What cannot be removed now is at least no part of a data set with `_SUCCESS`.
        for part in finishedParts { try? await place.store.delete(part) }
        finishedParts = []
    }

    private func currentWriter() async throws -> any TableWriter {
        if let current { return current }
        let key = try rowsPerFile == nil ? place.key() : place.key(partName(finishedParts.count))
        let output = try await place.store.write(key)
        let started: any TableWriter
        do {
            switch format {
            case .parquet: started = ParquetWriter(to: output, schema: schema, options: options.parquet)
            case .csv: started = try CSVWriter(to: output, schema: schema, options: options.csv)
            }
        } catch {
            await output.abort()
            throw error
        }
        current = started
        rowsInCurrent = 0
        return started
    }

    private func finishCurrent() async throws {
        guard let finished = current else { return }
        try await finished.finish()
        current = nil
        if rowsPerFile != nil { finishedParts.append(try place.key(partName(finishedParts.count))) }
    }

    private func partName(_ index: Int) -> String {
        let number = String(index)
        return "part-\(String(repeating: "0", count: max(0, 5 - number.count)))\(number)-\(run).\(format.rawValue)"
    }

    /// The parts of an earlier data set in a folder.
    private static func parts(in place: StoredPlace) async throws -> [ObjectKey] {
        var parts: [ObjectKey] = []
        for try await object in place.store.list(prefix: place.folderPrefix) {
            let name = object.key.path.utf8.dropFirst(place.folderPrefix.utf8.count)
            if name.first == UInt8(ascii: "_") || name.first == UInt8(ascii: ".") { continue }
            guard name.starts(with: "part-".utf8) else {
                throw DataSetError.occupied(place: place.description, file: object.key.name)
            }
            parts.append(object.key)
        }
        return parts
    }
}

/// What the writers of all formats have in common.
private protocol TableWriter: Sendable {
    func write(_ batch: RecordBatch) async throws
    func finish() async throws
    func abort() async
}

extension ParquetWriter: TableWriter {}
extension CSVWriter: TableWriter {}

extension DataSet {
    /// Writes all batches of a stream as one data set. After an error, an earlier data set at the place is as it was.
    /// - Returns: Rows written.
    @discardableResult
    public static func write(
        _ batches: AsyncThrowingStream<RecordBatch, any Error>, schema: Schema, to place: StoredPlace,
        options: DataSetWriteOptions = DataSetWriteOptions()
    ) async throws -> Int64 {
        let writer = try await DataSetWriter(to: place, schema: schema, options: options)
        do {
            for try await batch in batches { try await writer.write(batch) }
            return try await writer.finish()
        } catch {
            await writer.abort()
            throw error
        }
    }
}
