import Columnar
import StorageIO

/// A block of an input to parse.
struct CleaningJob<Content: CleaningContent>: Sendable {
    /// Among all jobs, from 0.
    let number: Int
    /// The input's index.
    let input: Int
    /// The first line, or row, in the input.
    let firstLine: Int
    let content: Content
    /// Bytes of all inputs read so far, as stored.
    let bytesRead: Int64
}

/// Cuts the inputs, one after the other, into jobs.
actor CleaningJobSource<Format: CleaningFormat> {
    private typealias Content = Format.Content

    private enum Reading {
        case text(ByteChunks, TextBlocks, @Sendable (TextBlock) -> Content)
        case table(
            AsyncThrowingStream<RecordBatch, any Error>.Iterator, rowCount: Int64,
            @Sendable (RecordBatch) throws -> Content)
    }

    private let inputs: [any RandomAccessInput]
    private let partitions: PartitionColumns?
    private let format: Format
    private let options: CleaningOptions
    private var current: Reading?
    private var nextInput = 0
    private var number = 0
    private var rowsOfInput: Int64 = 0
    /// Bytes of the inputs that are done.
    private var bytesBefore: Int64 = 0

    init(
        _ inputs: [any RandomAccessInput], _ partitions: PartitionColumns?, format: Format, options: CleaningOptions
    ) {
        self.inputs = inputs
        self.partitions = partitions
        self.format = format
        self.options = options
    }

    func next() async throws -> CleaningJob<Format.Content>? {
        while true {
            try Task.checkCancellation()
            if current == nil {
                guard nextInput < inputs.count else { return nil }
                let input = CleaningInput(source: inputs[nextInput], index: nextInput, partitions: partitions)
                switch try await format.open(input, options: options) {
                case .text(let chunks, let blocks, let content): current = .text(chunks, blocks, content)
                case .table(let batches, let rowCount, let content):
                    current = .table(batches.makeAsyncIterator(), rowCount: rowCount, content)
                case nil: current = nil
                }
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

    private func nextOfCurrent() async throws -> CleaningJob<Format.Content>? {
        switch current {
        case .text(let chunks, let blocks, let content):
            guard let block = try await blocks.next() else { return nil }
            return CleaningJob(
                number: number, input: nextInput - 1, firstLine: 2, content: content(block),
                bytesRead: bytesBefore + (await chunks.storedBytesTaken))
        case .table(var iterator, let rowCount, let content):
            guard let batch = try await iterator.next(isolation: self) else { return nil }
            current = .table(iterator, rowCount: rowCount, content)
            rowsOfInput += Int64(batch.rowCount)
            let share = Double(rowsOfInput) / Double(max(1, rowCount))
            return CleaningJob(
                number: number, input: nextInput - 1, firstLine: 1, content: try content(batch),
                bytesRead: bytesBefore + Int64(share * Double(inputs[nextInput - 1].size)))
        case nil:
            return nil
        }
    }
}
