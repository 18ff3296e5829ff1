import Features
import Parallelism

/// Parses jobs in parallel, finds their duplicates one after the other, and packs what is left in parallel again.
final class BlockProcessor: Sendable {
    private let store: BlockStore
    private let duplicates: any RepeatedRows
    private let sampleLimit: Int
    private let sequencer = Sequencer()
    private let position = Lock(BlockPosition())
    private let buffers = Lock([TransactionBuffer]())

    init(store: BlockStore, duplicates: any RepeatedRows, sampleLimit: Int) {
        self.store = store
        self.duplicates = duplicates
        self.sampleLimit = sampleLimit
    }

    /// Call it on a dedicated thread, for jobs in the order of their numbers: it waits for all earlier jobs.
    func process(_ job: CleaningJob<TransactionFormat.Content>, rejects: RejectLog?) throws -> BlockOutcome {
        let buffer = buffers.withLock { $0.popLast() } ?? TransactionBuffer()
        defer { buffers.withLock { $0.append(buffer) } }
        do {
            buffer.removeAll()
            var tally = RuleTally(sampleLimit: sampleLimit, keepsRejects: rejects != nil)
            let lineCount = job.content.parse(into: buffer, tally: &tally)
            let (firstLine, firstRow, repeated) = try sequencer.pass(job.number) {
                let (firstLine, firstRow) = position.withLock {
                    $0.advance(to: job, lineCount: lineCount, rowCount: buffer.count)
                }
                return (firstLine, firstRow, try duplicates.duplicates(in: buffer, firstRow: firstRow))
            }
            for row in repeated {
                let line = Int(buffer.columns[TransactionBuffer.lineColumn][row])
                tally.rejectDuplicate(label: buffer[.fraud][row], line: line, id: buffer[.transactionID][row])
            }
            buffer.remove(repeated)
            if let rejects, let entries = tally.rejects {
                try rejects.add(entries, number: job.number, input: job.input, firstLine: firstLine)
            }
            let waiting = buffer.count
            if waiting > 0 {
                let block = PackedBlock(preparing: buffer, firstRow: firstRow, input: job.input, firstLine: firstLine)
                try store.add(block, number: job.number, words: block.pack(buffer))
            }
            return BlockOutcome(
                number: job.number, input: job.input, bytesRead: job.bytesRead, tally: tally, firstLine: firstLine,
                waiting: waiting)
        } catch {
            sequencer.close()
            throw error
        }
    }

    /// Wakes the threads that wait for a job that will not come.
    func close() { sequencer.close() }
}

/// The position in the inputs when a block's turn comes.
struct BlockPosition {
    private var input = -1
    private var line = 0
    private var row = 0

    /// The block's first line or row in its input, and the number of its first row among all; then goes on by its lines and
    /// rows.
    mutating func advance<Content>(
        to job: CleaningJob<Content>, lineCount: Int, rowCount: Int
    ) -> (firstLine: Int, firstRow: Int) {
        if input != job.input {
            input = job.input
            line = job.firstLine
        }
        defer {
            line += lineCount
            row += rowCount
        }
        return (line, row)
    }
}
