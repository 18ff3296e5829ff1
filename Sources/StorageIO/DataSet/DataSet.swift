public import Columnar

/// How a data set is read.
public struct DataSetReadOptions: Sendable, Hashable {
    /// For CSV files. Its schema, if any, sets the types of columns, which are inferred otherwise.
    public var csv: CSVReadOptions
    /// For JSON lines. Its schema, if any, sets the columns and their types, which are inferred otherwise.
    public var jsonLines: JSONLinesReadOptions

    /// CSV with commas and a header; all members of JSON lines.
    public init(
        csv: CSVReadOptions = CSVReadOptions(), jsonLines: JSONLinesReadOptions = JSONLinesReadOptions()
    ) {
        self.csv = csv
        self.jsonLines = jsonLines
    }
}

/// The files of a location, read as one table.
///
///     let dataSet = try await DataSet.open("clean/*.parquet", stores: stores)
///     for try await batch in dataSet.batches(columns: ["tx_amount"], threads: 2) { ... }
///
/// Files follow one another in the byte order of their names. The table has the columns that all of them have, by name,
/// in the first file's order, and those from folder names (`day=7/part-0.parquet`). Where types differ, it has the
/// wider one: of integers and other numbers, of timestamps in several units; a column without any value in a Parquet
/// file takes any type. The other columns are listed in ``unavailableColumns``, and are an error only when they are
/// requested. Files of JSON lines are read as if they were one: the table has the columns of all of them, which are null
/// where a file lacks them.
public struct DataSet: Sendable {
    /// The files and their format.
    public let files: DataFiles
    /// The columns that all files have.
    public let schema: Schema
    /// Why other columns cannot be read from every file, by name.
    public let unavailableColumns: [String: String]
    /// Rows of all files, if known without reading them again: for Parquet, and for JSON lines without a schema.
    public let rowCount: Int64?

    fileprivate enum Source: Sendable {
        case parquet([ParquetReader])
        case csv(CSVReadOptions)
        /// With the schema of all files.
        case jsonLines(JSONLinesReadOptions, Schema)
    }
    private let source: Source

    /// Finds the files of a location, and reads as much of each as determining its columns takes.
    /// - Parameters:
    ///   - location: A path, folder, pattern or URL; see ``StorageURI``.
    ///   - stores: Knows local files and memory; register S3 and HDFS with
    ///     ``ObjectStoreRegistry/registerRemoteStores(environment:usesInstanceMetadata:logger:)``.
    /// - Throws: ``DataSetError``, which names the file that differs or cannot be read; ``ParquetError``, ``CSVError``,
    ///   ``JSONLinesError``; ``ObjectStoreError``.
    public static func open(
        _ location: String, stores: ObjectStoreRegistry = ObjectStoreRegistry(),
        options: DataSetReadOptions = DataSetReadOptions()
    ) async throws -> DataSet {
        try await open(stores.resolve(location), options: options)
    }

    /// Finds the files of a location in a store, and reads as much of each as determining its columns takes.
    public static func open(
        _ location: StorageLocation, options: DataSetReadOptions = DataSetReadOptions()
    ) async throws -> DataSet {
        let files = try await DataFiles.find(location)
        switch files.format {
        case .parquet:
            let readers = try await files.files.concurrentMap { try await ParquetReader.open(files.input($0)) }
            let columns = readers.map {
                FileColumns(schema: $0.schema, unreadable: $0.unreadableColumns, null: $0.nullColumns)
            }
            return DataSet(
                files: files, try CommonSchema(files, columns) { $0.common(with: $1) },
                rowCount: readers.reduce(0) { $0 + $1.rowCount }, source: .parquet(readers))
        case .csv:
            let (files, schemas) = try await files.openedAsCSV(options.csv)
            let columns = schemas.map { FileColumns(schema: $0) }
            // The text is parsed as the common type, so that digits are lost only if the other files have decimals.
            let common = try CommonSchema(files, columns) { left, right in
                Set([left, right]) == [.int64, .float64] ? .float64 : nil
            }
            return DataSet(files: files, common, rowCount: nil, source: .csv(options.csv))
        case .jsonLines:
            let (schema, rowCount) = try await files.openedAsJSONLines(options.jsonLines)
            let columns = files.files.map { _ in FileColumns(schema: schema) }
            return DataSet(
                files: files, try CommonSchema(files, columns) { _, _ in nil }, rowCount: rowCount,
                source: .jsonLines(options.jsonLines, schema))
        }
    }

    private init(files: DataFiles, _ common: CommonSchema, rowCount: Int64?, source: Source) {
        self.files = files
        schema = common.schema
        unavailableColumns = common.unavailable
        self.rowCount = rowCount
        self.source = source
    }

    /// The schema of batches that are read with these columns; nil for all columns of all files.
    /// - Throws: ``DataSetError/unavailableColumn(name:reason:)``, `ColumnarError.missingField`.
    public func schema(selecting columns: [String]?) throws -> Schema {
        for name in columns ?? unavailableColumns.keys.sorted() {
            if let reason = unavailableColumns[name] {
                throw DataSetError.unavailableColumn(name: name, reason: reason)
            }
        }
        return try columns.map { try schema.selecting($0) } ?? schema
    }

    /// All rows in order.
    /// - Parameters:
    ///   - columns: The names of the requested columns, in order; others are not read. nil for all columns of all
    ///     files, which is an error if one is not available.
    ///   - threads: Threads that decode.
    /// - Returns: A stream that throws what ``schema(selecting:)`` throws, ``DataSetError/unfitValue(file:error:)``, and
    ///   what reading throws.
    public func batches(columns: [String]? = nil, threads: Int = 1) -> AsyncThrowingStream<RecordBatch, any Error> {
        let session = DataSetSession(self, columns: columns, source: source, threads: max(1, threads))
        return AsyncThrowingStream { try await session.next() }
    }
}

/// One pass over all files.
private actor DataSetSession {
    private let dataSet: DataSet
    private let columns: [String]?
    private let source: DataSet.Source
    private let threads: Int
    private var nextFile = 0
    private var current: AsyncThrowingStream<RecordBatch, any Error>.Iterator?

    init(_ dataSet: DataSet, columns: [String]?, source: DataSet.Source, threads: Int) {
        self.dataSet = dataSet
        self.columns = columns
        self.source = source
        self.threads = threads
    }

    private var files: DataFiles { dataSet.files }

    func next() async throws -> RecordBatch? {
        let wanted = try dataSet.schema(selecting: columns)
        while true {
            if var iterator = current {
                current = nil
                if let batch = try await iterator.next(isolation: self) {
                    current = iterator
                    return try conform(batch, of: nextFile - 1, to: wanted)
                }
            }
            guard nextFile < files.files.count else { return nil }
            current = try await open(nextFile, wanted).makeAsyncIterator()
            nextFile += 1
        }
    }

    private func open(_ file: Int, _ wanted: Schema) async throws -> AsyncThrowingStream<RecordBatch, any Error> {
        let ofFolder = Set(files.partitions.fields.map(\.name))
        let own = wanted.names.filter { !ofFolder.contains($0) }
        switch source {
        case .parquet(let readers):
            // If all requested columns come from folder names, any column gives the number of rows.
            let names = own.isEmpty && !wanted.fields.isEmpty ? Array(readers[file].schema.names.prefix(1)) : own
            return readers[file].batches(columns: names, threads: threads)
        case .csv(var options):
            options.threads = threads
            // Without a header, the fields are known by position, and columns are selected afterwards. If all requested
            // columns come from folder names, the file's columns give the number of rows.
            let ofFile = dataSet.schema.names.filter { !ofFolder.contains($0) }
            options.schema = try dataSet.schema.selecting(options.hasHeader && !own.isEmpty ? own : ofFile)
            return try await CSVReader.open(files.input(files.files[file]), options: options).batches()
        case .jsonLines(var options, let schema):
            options.threads = threads
            // If all requested columns come from folder names, any column gives the number of rows.
            options.schema = try schema.selecting(own.isEmpty ? Array(schema.names.prefix(1)) : own)
            return try await JSONLinesReader.open(files.input(files.files[file]), options: options).batches()
        }
    }

    /// A file's rows in the columns of the table.
    private func conform(_ batch: RecordBatch, of file: Int, to wanted: Schema) throws -> RecordBatch {
        if batch.schema == wanted, files.partitions.fields.isEmpty { return batch }
        let ofFolder = Set(files.partitions.fields.map(\.name))
        var columns: [Column] = []
        for field in wanted.fields {
            if ofFolder.contains(field.name) {
                columns.append(files.partitions.column(field, file: file, count: batch.rowCount))
                continue
            }
            let column = try batch.column(field.name)
            do {
                columns.append(try column.converting(to: field.type, field: field.name))
            } catch {
                guard column.nullCount == column.count else {
                    throw DataSetError.unfitValue(file: files.input(files.files[file]).name, error: error)
                }
                columns.append(.nulls(field.type, count: column.count))
            }
        }
        return try RecordBatch(schema: wanted, columns: columns)
    }
}
