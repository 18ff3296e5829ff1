import Features
import Parallelism

/// The rows of a ``CleaningPlan``.
struct TransactionTable: CleaningTable {
    private let store: BlockStore
    private let processor: BlockProcessor
    private let duplicates: any RepeatedRows
    private let options: CleaningOptions

    init(duplicates: any RepeatedRows, options: CleaningOptions) {
        store = BlockStore(memoryBudget: options.waitingBudget ?? options.memoryLimit / 2, storage: options.storage())
        processor = BlockProcessor(store: store, duplicates: duplicates, sampleLimit: options.samplesPerRule)
        self.duplicates = duplicates
        self.options = options
    }

    var names: RejectNames {
        RejectNames(rules: CleaningRule.allCases, columns: TransactionColumn.allCases.map(\.name))
    }

    var spilledBytes: Int { store.spilledBytes }
    var blockCount: Int { store.count }
    var amounts: any AmountSource { AmountScan(store: store, threads: options.threads) }

    func process(_ job: CleaningJob<TransactionFormat.Content>, rejects: RejectLog?) throws -> BlockOutcome {
        try processor.process(job, rejects: rejects)
    }

    func close() { processor.close() }

    func resolveDuplicates(waiting: Int, threads: Int) async throws -> Int {
        guard let found = try await duplicates.resolve(store, threads: threads) else { return waiting }
        var late = 0
        found.forEach { _ in late += 1 }
        store.rejected.withLock { $0 = found }
        return waiting - late
    }

    func rowCount(ofBlock number: Int) -> Int { store.block(number)?.count ?? 0 }

    func assemble(_ blocks: Range<Int>, fences: AmountFences, keepsRejects: Bool) throws -> CleanGroup {
        try GroupAssembler(
            store: store, fences: fences, threads: options.threads, sampleLimit: options.samplesPerRule,
            keepsRejects: keepsRejects
        ).assemble(blocks)
    }
}
