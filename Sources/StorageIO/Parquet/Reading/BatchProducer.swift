import Columnar

/// Decodes row groups ahead of a consumer: while it works on one, or waits for it, the next is on its way.
actor BatchProducer {
    private let reader: ParquetReader
    private let columns: [String]?
    private let threads: Int
    private var rowGroups: ArraySlice<Int>
    private var pending: [Task<RecordBatch, any Error>] = []
    private var hasStarted = false

    init(_ reader: ParquetReader, columns: [String]?, threads: Int) {
        self.reader = reader
        self.columns = columns
        self.threads = threads
        rowGroups = reader.rowGroups.indices.filter { reader.rowGroups[$0].rowCount > 0 }[...]
    }

    deinit {
        for task in pending { task.cancel() }
    }

    /// The next batch; nil after the last.
    func next() async throws -> RecordBatch? {
        if !hasStarted {
            // A column that does not exist is an error in a file without rows, too.
            _ = try reader.select(columns)
            hasStarted = true
        }
        start()
        guard !pending.isEmpty else { return nil }
        let task = pending.removeFirst()
        start()
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            // Nothing follows an error.
            rowGroups = []
            for task in pending { task.cancel() }
            pending = []
            throw error
        }
    }

    private func start() {
        guard pending.isEmpty, let rowGroup = rowGroups.popFirst() else { return }
        pending.append(
            Task { [reader, columns, threads] in
                try await reader.read(rowGroup: rowGroup, columns: columns, threads: threads)
            })
    }
}
