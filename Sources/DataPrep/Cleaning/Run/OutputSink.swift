import Columnar
import StorageIO

/// Writes the clean table into one Parquet file or several, all of which appear at the end.
actor OutputSink {
    private let output: CleaningOutput
    private let options: ParquetWriteOptions
    private var writer: ParquetWriter?
    private var rowsInFile = 0
    private var held: [(key: ObjectKey, writer: HeldObjectWriter)] = []

    init(_ output: CleaningOutput, options: CleaningOptions, rowGroupRows: Int) {
        self.output = output
        self.options = ParquetWriteOptions(
            compression: options.compression, rowGroupRows: rowGroupRows, threads: options.threads)
    }

    func write(_ batch: RecordBatch) async throws {
        let writer = try await currentWriter()
        try await writer.write(batch)
        rowsInFile += batch.rowCount
        if let limit = output.rowsPerFile, rowsInFile >= limit {
            try await writer.finish()
            self.writer = nil
            rowsInFile = 0
        }
    }

    /// Makes all files visible. While those of a folder change, readers refuse it; `_SUCCESS` comes last.
    /// - Returns: their names.
    func finish() async throws -> [String] {
        if held.isEmpty || writer != nil { try await currentWriter().finish() }
        writer = nil
        if output.rowsPerFile == nil {
            for file in held { try await file.writer.publish() }
        } else {
            let replacement = try await FolderReplacement.begin(output.key, in: output.store)
            for (index, file) in held.enumerated() {
                do {
                    try await file.writer.publish()
                } catch {
                    if index == 0 { await replacement.revert() }
                    throw error
                }
            }
            try await removeStaleParts()
            try await replacement.finish()
        }
        return held.map { output.store.root + $0.key.path }
    }

    func abort() async {
        await writer?.abort()
        for file in held { await file.writer.discard() }
    }

    private func currentWriter() async throws -> ParquetWriter {
        if let writer { return writer }
        let key = output.rowsPerFile == nil ? output.key : try output.key.appending(OutputSink.partName(held.count))
        let object = HeldObjectWriter(try await output.store.write(key))
        held.append((key, object))
        let writer = ParquetWriter(to: object, schema: TransactionSchema.schema, options: options)
        self.writer = writer
        return writer
    }

    /// Parts of an earlier output that this one did not replace would be read as part of it.
    private func removeStaleParts() async throws {
        let written = Set(held.map(\.key))
        var stale: [ObjectKey] = []
        for try await object in output.store.list(prefix: output.key.path + "/part-")
        where object.key.path.hasSuffix(".parquet") && !written.contains(object.key) {
            stale.append(object.key)
        }
        for key in stale { try await output.store.delete(key) }
    }

    private static func partName(_ number: Int) -> String {
        let digits = String(number)
        return "part-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).parquet"
    }
}

/// Holds an object back when its format is complete, until all objects of a table are.
private actor HeldObjectWriter: ObjectWriter {
    private let writer: any ObjectWriter

    init(_ writer: any ObjectWriter) { self.writer = writer }

    func write(_ bytes: [UInt8]) async throws { try await writer.write(bytes) }

    func finish() async throws {}

    func abort() async {}

    func publish() async throws { try await writer.finish() }

    func discard() async { await writer.abort() }
}
