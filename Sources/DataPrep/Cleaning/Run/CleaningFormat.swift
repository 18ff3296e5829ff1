import Columnar
import StorageIO

/// How the rows of a kind of cleaning are read from inputs: the nine columns, or those of a schema.
protocol CleaningFormat: Sendable {
    associatedtype Content: CleaningContent

    /// Begins to read an input.
    /// - Returns: nil for an empty input.
    func open(_ input: CleaningInput, options: CleaningOptions) async throws -> CleaningReading<Content>?
}

/// A block of an input that can be parsed.
protocol CleaningContent: Sendable {
    /// The number of lines, or rows, in the block.
    var lineCount: Int { get }

    /// Lines as the input has them, or rows as lines of text.
    /// - Parameter lines: counted from the block's first, ascending.
    func texts(ofLines lines: [Int], limit: Int) -> [String]
}

/// One of the inputs of a cleaning.
struct CleaningInput: Sendable {
    let source: any RandomAccessInput
    /// Among all inputs.
    let index: Int
    /// The columns of the inputs' folders.
    let partitions: PartitionColumns?

    /// Whether it is a Parquet file.
    func isParquet() async throws -> Bool {
        guard source.size >= 12 else { return false }
        return try await source.read(0..<4) == Array("PAR1".utf8)
    }

    func isJSONLines() async throws -> Bool {
        do {
            return try await DataFormat.detect(source) == .jsonLines
        } catch is DataSetError {
            // The reader of text says what it is instead.
            return false
        }
    }

    /// A batch of the input with the columns of its folders.
    /// - Parameter names: The columns wanted, in this order.
    func addingPartitions(to batch: RecordBatch, _ names: [String]) throws -> RecordBatch {
        guard let partitions, !partitions.fields.isEmpty else { return batch }
        return try RecordBatch(
            names.map { name in
                let field = partitions.fields.first { $0.name == name }
                return (
                    name,
                    try field.map { partitions.column($0, file: index, count: batch.rowCount) } ?? batch.column(name)
                )
            })
    }
}

/// An input that is being read.
enum CleaningReading<Content: CleaningContent>: Sendable {
    case text(ByteChunks, TextBlocks, @Sendable (TextBlock) -> Content)
    case table(AsyncThrowingStream<RecordBatch, any Error>, rowCount: Int64, @Sendable (RecordBatch) throws -> Content)
}
