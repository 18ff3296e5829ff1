public import Columnar
import Parallelism

/// Writes one table as a file or a folder of files.
///
/// Until ``finish()`` an earlier data set at the location stays untouched. A single file is then replaced atomically.
///
/// In a folder, `_SUCCESS` is written when all new files are complete. It lists them, so that writing it switches our
/// readers from the earlier data set to the new one in one step; the earlier files are removed afterwards. Until then a
/// file `_UNFINISHED-…` tells readers which files not to read yet; a killed writer leaves it, and the next writer
/// removes it along with the files. Programs that do not know the list see the files of both while the folder holds
/// them. One task writes at a time.
public actor DataSetWriter {
    private let location: StorageLocation
    private let schema: Schema
    private let options: DataSetWriteOptions
    /// How the files are laid out.
    public nonisolated let format: DataFormat
    /// nil for one file.
    private let rowsPerFile: Int?
    /// Tells this writer's parts from those of earlier ones.
    private let run = String(UInt64.random(in: .min ... .max), radix: 36)
    /// Files of earlier data sets and of writers that never finished, markers included.
    private let earlierFiles: [ObjectKey]
    /// The store's root and the key of each file of the data set, once it is finished.
    public private(set) var outputs: [String] = []

    private var current: (any TableWriter)?
    private var rowsInCurrent = 0
    private var rows: Int64 = 0
    private var finishedParts: [ObjectKey] = []
    private var hasMarker = false

    /// - Throws: ``DataSetError/occupied(location:file:)`` when a folder holds visible files other than parts of an earlier
    ///   data set; ``DataSetError/unwritable(location:reason:)``; what the store throws.
    public init(
        to location: StorageLocation, schema: Schema, options: DataSetWriteOptions = DataSetWriteOptions()
    ) async throws {
        let name = try WrittenName(location)
        self.location = location
        self.schema = schema
        let format = options.format ?? name.format ?? .parquet
        guard format.isWritten else {
            throw DataSetError.unwritable(
                location: location.description, reason: "JSON lines are only read, not written; write Parquet or CSV")
        }
        self.format = format
        var options = options
        if name.isTabbed, options.csv.delimiter == nil { options.csv.delimiter = "\t" }
        self.options = options
        switch options.layout ?? name.layout {
        case .file:
            rowsPerFile = nil
            earlierFiles = []
        case .folder(let rows):
            rowsPerFile = max(1, rows)
            // Leftovers of killed writers; a lock distinguishes them from the files of running writers.
            if location.store is LocalObjectStore {
                try await location.store.removeUnfinished(prefix: location.folderPrefix)
            }
            earlierFiles = try await Self.earlierFiles(in: location)
        }
    }

    /// Appends rows.
    /// - Throws: `ColumnarError.schemaMismatch` for other columns; what the store throws.
    public func write(_ batch: RecordBatch) async throws { try await write(CodedBatch(batch)) }

    /// Appends rows as ``write(_:)-(RecordBatch)`` does.
    package func write(_ batch: CodedBatch) async throws {
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

    /// Makes the data set visible; one without rows still has its columns. Cleanup that fails after that is left to the
    /// next writer.
    /// - Returns: Rows written.
    @discardableResult
    public func finish() async throws -> Int64 {
        if current == nil, finishedParts.isEmpty { _ = try await currentWriter() }
        try await finishCurrent()
        guard rowsPerFile != nil else {
            outputs = [location.store.root + location.uri.path]
            return rows
        }
        var files: [DataSetManifest.File] = []
        for key in finishedParts {
            files.append(DataSetManifest.File(name: key.name, size: try await location.store.head(key).size))
        }
        // The list also names other writers' parts as replaced: otherwise they would count besides the list.
        let replaced = earlierFiles.map(\.name).filter {
            PartName($0) == nil && UnfinishedMarker.run(ofName: $0) == nil
        }
        try await commit(DataSetManifest(files: files, replaced: replaced))
        outputs = finishedParts.map { location.store.root + $0.path }
        finishedParts = []
        await removeEarlierFiles(DataSetManifest(files: files), hasReplaced: !replaced.isEmpty)
        return rows
    }

    /// Writes the list. After an error only the store's response may be lost: reading the list back tells.
    private func commit(_ manifest: DataSetManifest) async throws {
        let bytes = try manifest.encoded(), success = try location.key(DataSetManifest.fileName)
        do {
            try await location.store.put(bytes, to: success)
        } catch {
            let found: [UInt8]?
            do {
                found = try await uncancelled { [store = location.store] in try await store.read(success) }
            } catch let error as ObjectStoreError where error.code == .notFound {
                found = nil
            } catch {
                // It is unknown whether these parts are the data set: they stay, with their marker, for the next
                // writer.
                (finishedParts, hasMarker) = ([], false)
                throw error
            }
            guard found == bytes else { throw error }
        }
    }

    /// The data set is complete. Files that cannot be removed now do no harm: they are not in the list.
    private func removeEarlierFiles(_ manifest: DataSetManifest, hasReplaced: Bool) async {
        let marker = hasMarker ? try? self.marker : nil
        hasMarker = false
        try? await uncancelled { [location, earlierFiles] in
            try await location.store.delete(earlierFiles)
            // Their names are free again.
            if hasReplaced {
                try await location.store.put(manifest.encoded(), to: location.key(DataSetManifest.fileName))
            }
            if let marker { try await location.store.delete(marker) }
        }
    }

    /// Removes what was written; an earlier data set stays.
    public func abort() async {
        await current?.abort()
        current = nil
        let leftovers = finishedParts + (hasMarker ? [(try? marker)].compactMap { $0 } : [])
        (finishedParts, hasMarker) = ([], false)
        // Files that cannot be removed now are not part of a data set: the marker, which is removed last, stays with
        // them.
        try? await uncancelled { [store = location.store] in try await store.delete(leftovers) }
    }

    private var marker: ObjectKey {
        get throws { try location.key(UnfinishedMarker.name(run: run)) }
    }

    private func currentWriter() async throws -> any TableWriter {
        if let current { return current }
        if rowsPerFile != nil, !hasMarker {
            try await location.store.put([], to: marker)
            hasMarker = true
        }
        let key = try rowsPerFile == nil ? location.key() : nextPart()
        let output = try await location.store.write(key)
        let started: any TableWriter
        do {
            switch format {
            case .parquet: started = ParquetWriter(to: output, schema: schema, options: options.parquet)
            case .csv: started = try CSVWriter(to: output, schema: schema, options: options.csv)
            case .jsonLines: preconditionFailure("refused by the initializer")
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
        if rowsPerFile != nil { finishedParts.append(try nextPart()) }
    }

    private func nextPart() throws -> ObjectKey {
        try location.key(PartName(index: finishedParts.count, run: run, format: format).name)
    }

    /// The parts of an earlier data set in a folder, and leftovers of writers that never finished.
    private static func earlierFiles(in location: StorageLocation) async throws -> [ObjectKey] {
        var files: [ObjectKey] = []
        for try await object in location.store.list(prefix: location.folderPrefix) {
            let name = object.key.path.utf8.dropFirst(location.folderPrefix.utf8.count)
            if UnfinishedMarker.run(ofName: String(name) ?? "") != nil {
                files.append(object.key)
                continue
            }
            guard DataFiles.isDataFile(name) else { continue }
            guard name.starts(with: "part-".utf8) else {
                throw DataSetError.occupied(location: location.description, file: object.key.name)
            }
            files.append(object.key)
        }
        return files
    }
}

/// The common interface of the writers of all formats.
private protocol TableWriter: Sendable {
    func write(_ batch: CodedBatch) async throws
    func finish() async throws
    func abort() async
}

extension ParquetWriter: TableWriter {}

extension CSVWriter: TableWriter {
    func write(_ batch: CodedBatch) async throws { try await write(batch.plain()) }
}

extension DataSet {
    /// Writes all batches of a stream as one data set. After an error, an earlier data set at the location is
    /// unchanged.
    /// - Returns: Rows written.
    @discardableResult
    public static func write(
        _ batches: AsyncThrowingStream<RecordBatch, any Error>, schema: Schema, to location: StorageLocation,
        options: DataSetWriteOptions = DataSetWriteOptions()
    ) async throws -> Int64 {
        let writer = try await DataSetWriter(to: location, schema: schema, options: options)
        do {
            for try await batch in batches { try await writer.write(batch) }
            return try await writer.finish()
        } catch {
            await writer.abort()
            throw error
        }
    }
}
