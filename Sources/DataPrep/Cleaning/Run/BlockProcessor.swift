import Features
import Parallelism

/// Parses jobs in parallel, finds their duplicates one after the other, and packs what is left in parallel again.
final class BlockProcessor: Sendable {
    /// The result of a job.
    struct Outcome: Sendable {
        let job: CleaningJob
        let tally: RuleTally
        /// The line, or row, of the block's line 0.
        let firstLine: Int
        /// Rows that are waiting for the fences.
        let waiting: Int
    }

    /// The position in the inputs when a job's turn comes.
    private struct Position {
        var input = -1
        var line = 0
        var row = 0
    }

    private let store: BlockStore
    private let duplicates: any RepeatedRows
    private let rejects: RejectLog?
    private let sampleLimit: Int
    private let sequencer = Sequencer()
    private let position = Lock(Position())
    private let buffers = Lock([TransactionBuffer]())

    /// - Parameter rejects: gets every rejected row, if all of them are requested.
    init(store: BlockStore, duplicates: any RepeatedRows, rejects: RejectLog?, sampleLimit: Int) {
        self.store = store
        self.duplicates = duplicates
        self.rejects = rejects
        self.sampleLimit = sampleLimit
    }

    /// Call it on a dedicated thread, for jobs in the order of their numbers: it waits for all earlier jobs.
    func process(_ job: CleaningJob) throws -> Outcome {
        let buffer = buffers.withLock { $0.popLast() } ?? TransactionBuffer()
        defer { buffers.withLock { $0.append(buffer) } }
        do {
            buffer.removeAll()
            var tally = RuleTally(sampleLimit: sampleLimit, keepsRejects: rejects != nil)
            let lineCount = job.parse(into: buffer, tally: &tally)
            let (firstLine, firstRow, repeated) = try sequencer.pass(job.number) {
                let (firstLine, firstRow) = advance(to: job, lineCount: lineCount, rowCount: buffer.count)
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
            return Outcome(job: job, tally: tally, firstLine: firstLine, waiting: waiting)
        } catch {
            sequencer.close()
            throw error
        }
    }

    /// Wakes the threads that wait for a job that will not come.
    func close() { sequencer.close() }

    private func advance(to job: CleaningJob, lineCount: Int, rowCount: Int) -> (firstLine: Int, firstRow: Int) {
        position.withLock { position in
            if position.input != job.input {
                position.input = job.input
                position.line = job.firstLine
            }
            defer {
                position.line += lineCount
                position.row += rowCount
            }
            return (position.line, position.row)
        }
    }
}
