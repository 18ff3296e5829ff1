import Features
import Columnar
import StorageIO

/// A block of an input to parse.
struct CleaningJob: Sendable {
    enum Content: Sendable {
        case text(TextBlock, TransactionTextParser)
        case table(RecordBatch, TransactionTableParser)
    }

    /// Among all jobs, from 0.
    let number: Int
    /// The input's index.
    let input: Int
    /// The first line, or row, in the input.
    let firstLine: Int
    let content: Content
    /// Bytes of all inputs read so far, as stored.
    let bytesRead: Int64

    /// Appends the good rows to the buffer and counts the others.
    /// - Returns: how many lines, or rows, the block has.
    func parse(into buffer: TransactionBuffer, tally: inout RuleTally) -> Int {
        switch content {
        case .text(let block, let parser): parser.parse(block, into: buffer, tally: &tally)
        case .table(let batch, let parser): parser.parse(batch, into: buffer, tally: &tally)
        }
    }
}

/// Cuts the inputs, one after the other, into jobs.
actor CleaningJobSource {
    private enum Reading {
        case text(ByteChunks, TextBlocks, TransactionTextParser)
        case table(AsyncThrowingStream<RecordBatch, any Error>.Iterator, TransactionTableParser, rowCount: Int64)
    }

    private let inputs: [any RandomAccessInput]
    private let partitions: PartitionColumns?
    private let plan: CleaningPlan
    private let options: CleaningOptions
    private var current: Reading?
    private var nextInput = 0
    private var number = 0
    private var rowsOfInput: Int64 = 0
    /// Bytes of the inputs that are done.
    private var bytesBefore: Int64 = 0

    init(
        _ inputs: [any RandomAccessInput], _ partitions: PartitionColumns?, plan: CleaningPlan, options: CleaningOptions
    ) {
        self.inputs = inputs
        self.partitions = partitions
        self.plan = plan
        self.options = options
    }

    func next() async throws -> CleaningJob? {
        while true {
            try Task.checkCancellation()
            if current == nil {
                guard nextInput < inputs.count else { return nil }
                current = try await open(inputs[nextInput])
                nextInput += 1
                rowsOfInput = 0
                if current == nil { continue }
            }
            if let job = try await nextOfCurrent() {
                number += 1
                return job
            }
            current = nil
            bytesBefore += inputs[nextInput - 1].size
        }
    }

    /// Continues with the next input where that one is being read.
    func skipRest(ofInput input: Int) async {
        guard nextInput - 1 == input, let reading = current else { return }
        current = nil
        bytesBefore += inputs[input].size
        if case .text(let chunks, _, _) = reading { await chunks.cancel() }
    }

    private func nextOfCurrent() async throws -> CleaningJob? {
        switch current {
        case .text(let chunks, let blocks, let parser):
            guard let block = try await blocks.next() else { return nil }
            return CleaningJob(
                number: number, input: nextInput - 1, firstLine: 2, content: .text(block, parser),
                bytesRead: bytesBefore + (await chunks.storedBytesTaken))
        case .table(var iterator, let parser, let rowCount):
            guard let batch = try await iterator.next(isolation: self) else { return nil }
            current = .table(iterator, parser, rowCount: rowCount)
            rowsOfInput += Int64(batch.rowCount)
            let share = Double(rowsOfInput) / Double(max(1, rowCount))
            return CleaningJob(
                number: number, input: nextInput - 1, firstLine: 1,
                content: .table(try addingPartitions(to: batch, parser.columnNames), parser),
                bytesRead: bytesBefore + Int64(share * Double(inputs[nextInput - 1].size)))
        case nil:
            return nil
        }
    }

    /// A batch of the input that is being read, with the columns of its folders.
    private func addingPartitions(to batch: RecordBatch, _ names: [String]) throws -> RecordBatch {
        guard let partitions, !partitions.fields.isEmpty else { return batch }
        return try RecordBatch(
            names.map { name in
                let field = partitions.fields.first { $0.name == name }
                return (
                    name,
                    try field.map { partitions.column($0, file: nextInput - 1, count: batch.rowCount) }
                        ?? batch.column(name)
                )
            })
    }

    /// Nil for an empty input.
    private func open(_ input: any RandomAccessInput) async throws -> Reading? {
        let magic = Array("PAR1".utf8)
        if input.size >= 12, try await input.read(0..<4) == magic {
            let reader = try await ParquetReader.open(input)
            let ofFolders = partitions?.fields ?? []
            let own = reader.schema.fields.filter { field in !ofFolders.contains { $0.name == field.name } }
            let schema = try Schema(own + ofFolders)
            // A column that exists, but cannot be read, has a separate reason.
            for name in reader.unreadableColumns.keys.sorted() {
                guard let column = TransactionColumn(spelling: name),
                    TransactionColumn.index(of: column, in: schema) == nil
                else { continue }
                try reader.requireReadable(name)
            }
            let parser = try TransactionTableParser(schema: schema, plan: plan, input: input.name)
            let names = parser.columnNames.filter { name in !ofFolders.contains { $0.name == name } }
            let batches = reader.batches(columns: names, threads: options.threads)
            return .table(batches.makeAsyncIterator(), parser, rowCount: reader.rowCount)
        }
        if try await isJSONLines(input) { return try await openJSONLines(input) }
        let chunks = ByteChunks(input, chunkBytes: options.blockBytes)
        let blocks = TextBlocks(chunks, file: input.name)
        guard let line = try await blocks.firstLine() else { return nil }
        let layout = TextLayout(firstLine: line, quotesSpanLines: false)
        let parser = try TransactionTextParser(
            header: CSVHeader(line: line, layout: layout), layout: layout, plan: plan, input: input.name)
        await blocks.begin(layout: parser.layout)
        return .text(chunks, blocks, parser)
    }
    private func isJSONLines(_ input: any RandomAccessInput) async throws -> Bool {
        do {
            return try await DataFormat.detect(input) == .jsonLines
        } catch is DataSetError {
            // The reader of text says what it is instead.
            return false
        }
    }

    /// Nil for an input without objects.
    private func openJSONLines(_ input: any RandomAccessInput) async throws -> Reading? {
        var reading = JSONLinesReadOptions(blockBytes: options.blockBytes, threads: options.threads)
        let found: JSONLinesReader
        do {
            found = try await JSONLinesReader.open(input, options: reading)
        } catch JSONLinesError.emptyInput {
            return nil
        }
        // Values are read as text, so that the rules judge them as they judge those of text files.
        let ofFolders = partitions?.fields ?? []
        let own = found.schema.names.filter { name in !ofFolders.contains { $0.name == name } }
        let schema = try Schema(own.map { Field($0, .string) } + ofFolders)
        let parser = try TransactionTableParser(schema: schema, plan: plan, input: input.name)
        reading.schema = try schema.selecting(parser.columnNames.filter(own.contains))
        let batches = try await JSONLinesReader.open(input, options: reading).batches()
        return .table(batches.makeAsyncIterator(), parser, rowCount: found.rowCount ?? 0)
    }
}
