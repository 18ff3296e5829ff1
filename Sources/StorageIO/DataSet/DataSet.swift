public import Columnar

/// How a data set is to be read.
public struct DataSetReadOptions: Sendable, Hashable {
    /// For CSV files. Its schema, if any, gives types to columns, where they would be inferred otherwise.
    public var csv: CSVReadOptions

    /// CSV with commas and a header.
    public init(csv: CSVReadOptions = CSVReadOptions()) { self.csv = csv }
}

/// The files of a place read as one table.
///
///     let dataSet = try await DataSet.open("clean/*.parquet", stores: stores)
///     for try await batch in dataSet.batches(columns: ["tx_amount"], threads: 2) { ... }
///
/// Files follow one another in the byte order of their names. All must have the columns of the first, by name: of the
/// same types in Parquet (where the first file's order counts), while in CSV files, whose types are inferred, integers
/// and decimal numbers make a column of decimal numbers.
public struct DataSet: Sendable {
    /// The files and their format.
    public let files: DataFiles
    /// The columns of every batch that is read without choosing columns.
    public let schema: Schema
    /// Rows of all files, where that is known without reading them: for Parquet.
    public let rowCount: Int64?

    fileprivate enum Source: Sendable {
        case parquet([ParquetReader])
        case csv(CSVReadOptions)
    }
    private let source: Source

    /// Finds the files of a place, and reads of each as much as its columns take to know.
    /// - Parameter place: A path, folder, pattern or URL; see ``StorageLocation``.
    /// - Throws: ``DataSetError``, which names the file that differs or cannot be read; ``ParquetError``, ``CSVError``;
    ///   ``ObjectStoreError``.
    public static func open(
        _ place: String, stores: ObjectStores, options: DataSetReadOptions = DataSetReadOptions()
    ) async throws -> DataSet {
        try await open(stores.resolve(place), options: options)
    }

    /// Finds the files of a place in a store, and reads of each as much as its columns take to know.
    public static func open(
        _ place: StoredPlace, options: DataSetReadOptions = DataSetReadOptions()
    ) async throws -> DataSet {
        let files = try await DataFiles.find(place)
        switch files.format {
        case .parquet:
            let readers = try await files.files.concurrentMap { try await ParquetReader.open(files.input($0)) }
            return DataSet(
                files: files, schema: try files.commonSchema(readers.map(\.schema), allowing: .nullability),
                rowCount: readers.reduce(0) { $0 + $1.rowCount }, source: .parquet(readers))
        case .csv:
            let (files, schemas) = try await files.openedAsCSV(options.csv)
            return DataSet(
                files: files, schema: try files.commonSchema(schemas, allowing: .numbers), rowCount: nil,
                source: .csv(options.csv))
        }
    }

    /// All rows in order.
    /// - Parameters:
    ///   - columns: The names of the columns wanted, in the order wanted; nil for all. Others are not read.
    ///   - threads: Threads that decode.
    /// - Returns: A stream that throws ``ColumnarError/missingField(name:available:)`` for a column that is not there,
    ///   and what reading throws.
    public func batches(columns: [String]? = nil, threads: Int = 1) -> AsyncThrowingStream<RecordBatch, any Error> {
        let session = DataSetSession(
            files: files, schema: schema, columns: columns, source: source, threads: max(1, threads))
        return AsyncThrowingStream { try await session.next() }
    }
}

/// One reading of all files.
private actor DataSetSession {
    private let files: DataFiles
    private let schema: Schema
    private let columns: [String]?
    private let source: DataSet.Source
    private let threads: Int
    private var nextFile = 0
    private var current: AsyncThrowingStream<RecordBatch, any Error>.Iterator?

    init(files: DataFiles, schema: Schema, columns: [String]?, source: DataSet.Source, threads: Int) {
        self.files = files
        self.schema = schema
        self.columns = columns
        self.source = source
        self.threads = threads
    }

    func next() async throws -> RecordBatch? {
        let wanted = try columns.map { try schema.selecting($0) } ?? schema
        while true {
            if var iterator = current {
                current = nil
                if let batch = try await iterator.next(isolation: self) {
                    current = iterator
                    return try batch.conforming(to: wanted)
                }
            }
            guard nextFile < files.files.count else { return nil }
            current = try await open(nextFile, wanted).makeAsyncIterator()
            nextFile += 1
        }
    }

    private func open(_ file: Int, _ wanted: Schema) async throws -> AsyncThrowingStream<RecordBatch, any Error> {
        switch source {
        case .parquet(let readers):
            // Without a choice of columns, one that cannot be read is an error rather than left out.
            let readsAll = columns == nil && !readers[file].unreadableColumns.isEmpty
            return readers[file].batches(columns: readsAll ? nil : wanted.names, threads: threads)
        case .csv(var options):
            options.threads = threads
            // Without a header, the fields are known by their places, and the choice is made afterwards.
            options.schema = options.hasHeader ? wanted : schema
            return try await CSVReader.open(files.input(files.files[file]), options: options).batches()
        }
    }
}

extension RecordBatch {
    /// The columns of a schema, which differs from this batch's in what is left out and in nullability alone.
    fileprivate func conforming(to wanted: Schema) throws(ColumnarError) -> RecordBatch {
        if schema == wanted { return self }
        let selected = schema.names == wanted.names ? self : try selecting(wanted.names)
        return try RecordBatch(schema: wanted, columns: selected.columns)
    }
}
