import Columnar

/// The rows of a cleaning from their blocks to the batches of the output: the rules for single rows are applied when a block
/// is processed; the rows that pass wait until duplicates and fences are known.
protocol CleaningTable: Sendable {
    associatedtype Content: CleaningContent

    /// The rules, in their order, and the columns that can break them.
    var names: RejectNames { get }
    /// Bytes of rows that were stored in temporary files.
    var spilledBytes: Int { get }
    /// How many blocks there are.
    var blockCount: Int { get }
    /// The amounts of the waiting rows, once duplicates are known.
    var amounts: any AmountSource { get }

    /// Applies the rules for single rows, and finds duplicates as far as they are known yet. Called on dedicated threads, for
    /// jobs in the order of their numbers: it waits for all earlier jobs.
    /// - Parameter rejects: gets every rejected row, if all of them are requested.
    func process(_ job: CleaningJob<Content>, rejects: RejectLog?) throws -> BlockOutcome

    /// Wakes the threads that wait for a job that will not come.
    func close()

    /// Finds the remaining duplicates.
    /// - Parameter waiting: How many rows are waiting.
    /// - Returns: How many amounts there are without them.
    func resolveDuplicates(waiting: Int, threads: Int) async throws -> Int

    /// How many rows of a block are waiting.
    func rowCount(ofBlock number: Int) -> Int

    /// A batch of the rows of consecutive blocks that are kept, and what became of the others; releases the blocks.
    /// - Parameter keepsRejects: whether every rejected row is requested.
    func assemble(_ blocks: Range<Int>, fences: AmountFences, keepsRejects: Bool) throws -> CleanGroup
}

/// What became of a block's rows so far.
struct BlockOutcome: Sendable {
    let number: Int
    let input: Int
    /// Bytes of all inputs read so far, as stored.
    let bytesRead: Int64
    let tally: RuleTally
    /// The line, or row, of the block's line 0.
    let firstLine: Int
    /// Rows that are waiting for the fences.
    let waiting: Int
}

/// A batch of rows that are kept, and the results for its blocks.
struct CleanGroup: Sendable {
    /// A block some of whose rows waited.
    struct Block: Sendable {
        let number: Int
        let input: Int
        let firstLine: Int
        /// Of the rules that need all rows.
        let tally: RuleTally
    }

    let batch: CodedBatch
    /// The numbers of its blocks.
    let blocks: Range<Int>
    let results: [Block]
    let before: AmountHistogram
    let after: AmountHistogram
    let fraudsKept: Int
}
