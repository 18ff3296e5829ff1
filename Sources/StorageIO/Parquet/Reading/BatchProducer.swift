import Columnar

/// Reads ahead of a consumer: while it has one row group, or waits for it, the next is decoded and the one after that
/// fetched.
actor BatchProducer {
    private let reader: ParquetReader
    private let columns: [String]?
    private let threads: Int
    private var rowGroups: ArraySlice<Int>
    private var fetching: Task<ParquetReader.FetchedRowGroup, any Error>?
    private var decoding: Task<RecordBatch, any Error>?
    private var hasStarted = false

    init(_ reader: ParquetReader, columns: [String]?, threads: Int) {
        self.reader = reader
        self.columns = columns
        self.threads = threads
        rowGroups = reader.rowGroups.indices.filter { reader.rowGroups[$0].rowCount > 0 }[...]
    }

    deinit {
        fetching?.cancel()
        decoding?.cancel()
    }

    /// The next batch; nil after the last.
    func next() async throws -> RecordBatch? {
        if !hasStarted {
            // A column that does not exist is an error in a file without rows, too.
            _ = try reader.select(columns)
            hasStarted = true
            fetch()
        }
        decode()
        guard let task = decoding else { return nil }
        decoding = nil
        decode()
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            // Nothing follows an error.
            rowGroups = []
            fetching?.cancel()
            decoding?.cancel()
            (fetching, decoding) = (nil, nil)
            throw error
        }
    }

    private func fetch() {
        guard let rowGroup = rowGroups.popFirst() else { return }
        fetching = Task { [reader, columns] in
            try await reader.fetch(reader.plan(rowGroup: rowGroup, columns: columns))
        }
    }

    private func decode() {
        guard decoding == nil, let fetched = fetching else { return }
        fetching = nil
        decoding = Task { [reader, threads] in
            let rowGroup = try await withTaskCancellationHandler {
                try await fetched.value
            } onCancel: {
                fetched.cancel()
            }
            return try await reader.decode(rowGroup, threads: threads)
        }
        fetch()
    }
}
