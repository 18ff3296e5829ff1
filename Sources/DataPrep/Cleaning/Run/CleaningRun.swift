import Columnar
import Parallelism
import StorageIO
import Synchronization

/// One cleaning from the first byte to the report.
struct CleaningRun {
    let plan: CleaningPlan
    let options: CleaningOptions
    let inputs: [any RandomAccessInput]
    /// What the inputs' folders state.
    let partitions: PartitionColumns?
    let output: CleaningOutput
    let progress: (@Sendable (CleaningProgress) -> Void)?

    /// Rows of a batch and row group: few enough that three of them take a small share of the memory limit.
    private var groupRows: Int { min(options.rowGroupRows, max(16_384, options.memoryLimit / 1024)) }
    private var bytesTotal: Int64 { inputs.reduce(0) { $0 + $1.size } }

    func execute() async throws -> CleaningReport {
        let start = ContinuousClock.now
        let store = BlockStore(
            memoryBudget: options.waitingBudget ?? options.memoryLimit / 2, storage: options.storage())
        let duplicates = DuplicateFilter(
            key: plan.duplicates, memoryBudget: options.keyBudget ?? options.memoryLimit / 4, storage: options.storage()
        )
        // What keeps the output from being written is found before the work.
        let sink = try await DataSetWriter(
            to: output.place, schema: TransactionSchema.schema,
            options: DataSetWriteOptions(
                layout: output.layout,
                parquet: ParquetWriteOptions(
                    compression: options.compression, rowGroupRows: groupRows, threads: options.threads),
                csv: CSVWriteOptions(threads: options.threads)))
        var tally = RuleTally(sampleLimit: options.samplesPerRule)
        let (inputRows, waiting) = try await read(into: store, duplicates, &tally)
        guard tally.rowsRead > 0 else { throw CleaningError.emptyInput(inputs: inputs.map(\.name)) }
        report(.measuring, rows: 0, bytes: bytesTotal)
        let spilled = store.spilledBytes
        let (fences, amounts) = try await measure(store, duplicates, waiting: waiting)
        var written = Written()
        do {
            try await write(store, fences, to: sink, &tally, &written)
            try Task.checkCancellation()
            var report = makeReport(tally, written, amounts, inputRows: inputRows, spilled: spilled, since: start)
            guard report.rulesBeyondLimit.isEmpty else { throw CleaningError.droppedTooMuch(report) }
            try await sink.finish()
            report.outputs = await sink.outputs
            report.seconds = ContinuousClock.now.secondsSince(start)
            return report
        } catch {
            await sink.abort()
            throw error
        }
    }

    private func makeReport(
        _ tally: RuleTally, _ written: Written, _ amounts: CleaningReport.Amounts?, inputRows: [Int], spilled: Int,
        since start: ContinuousClock.Instant
    ) -> CleaningReport {
        CleaningReport(
            plan: plan,
            inputs: zip(inputs, inputRows).map { .init(name: $0.name, bytes: $0.size, rows: $1) },
            outputs: [], rowsRead: tally.rowsRead, rowsKept: written.rows, fraudsKept: written.frauds,
            rules: CleaningRule.allCases.map { rule in
                .init(
                    rule: rule, rows: tally.rows[rule.index], frauds: tally.frauds[rule.index],
                    samples: tally.samples[rule.index])
            },
            amounts: amounts, histogram: AmountHistogram.bins(before: written.before, after: written.after),
            spilledBytes: spilled, seconds: ContinuousClock.now.secondsSince(start))
    }

    /// Rules 1 to 6.
    /// - Returns: rows of each input, and how many rows wait for the fences.
    private func read(
        into store: BlockStore, _ duplicates: DuplicateFilter, _ tally: inout RuleTally
    ) async throws -> (inputRows: [Int], waiting: Int) {
        let source = CleaningJobSource(inputs, partitions, plan: plan, options: options)
        let processor = BlockProcessor(store: store, duplicates: duplicates, sampleLimit: options.samplesPerRule)
        let outcomes = OrderedReadAhead(width: options.threads + 1) {
            try await source.next()
        } work: { job in
            try await onDedicatedThread(named: "clean") { _ in try processor.process(job) }
        }
        var inputRows = [Int](repeating: 0, count: inputs.count)
        var waiting = 0
        do {
            while let outcome = try await outcomes.next() {
                inputRows[outcome.job.input] += outcome.tally.rowsRead
                waiting += outcome.waiting
                tally.merge(outcome.tally, input: inputs[outcome.job.input].name, firstLine: outcome.firstLine)
                report(.reading, rows: tally.rowsRead, bytes: outcome.job.bytesRead)
                try Task.checkCancellation()
            }
        } catch {
            processor.close()
            await outcomes.cancel()
            throw error
        }
        return (inputRows, waiting)
    }

    /// What is known only once all rows have been seen: late duplicates, quartiles, fences.
    private func measure(
        _ store: BlockStore, _ duplicates: DuplicateFilter, waiting: Int
    ) async throws -> (AmountFences, CleaningReport.Amounts?) {
        let options = options, plan = plan
        return try await onDedicatedThread(named: "clean") { cancellation in
            var count = waiting
            if let found = try duplicates.resolve(threads: options.threads) {
                var late = 0
                found.forEach { _ in late += 1 }
                count -= late
                store.rejected.withLock { $0 = found }
            }
            try cancellation.check()
            let scan = AmountScan(store: store, threads: options.threads)
            var statistics = OrderStatistics(scan: scan, count: count)
            try statistics.prepare([0.25, 0.5, 0.75])
            let fences = try AmountFences(plan.outliers, of: statistics)
            try cancellation.check()
            let quartiles = try statistics.quantiles([0.25, 0.5, 0.75])
            guard quartiles.count == 3 else { return (fences, nil) }
            let amounts = CleaningReport.Amounts(
                count: count, firstQuartile: quartiles[0], median: quartiles[1], thirdQuartile: quartiles[2],
                lowerFence: fences.lower, upperFence: fences.upper)
            return (fences, amounts)
        }
    }

    private struct Written {
        var rows = 0
        var frauds = 0
        var before = AmountHistogram()
        var after = AmountHistogram()
    }

    /// Rule 7, and the output.
    private func write(
        _ store: BlockStore, _ fences: AmountFences, to sink: DataSetWriter, _ tally: inout RuleTally,
        _ written: inout Written
    ) async throws {
        let assembler = GroupAssembler(
            store: store, fences: fences, threads: options.threads, sampleLimit: options.samplesPerRule)
        let ranges = BlockRanges(store, rows: groupRows)
        let groups = OrderedReadAhead(width: 2) {
            await ranges.next()
        } work: { range in
            try await onDedicatedThread(named: "clean") { _ in try assembler.assemble(range) }
        }
        do {
            while let group = try await groups.next() {
                for (block, late) in group.tallies {
                    tally.merge(late, input: inputs[block.input].name, firstLine: block.firstLine)
                }
                if group.batch.rowCount > 0 { try await sink.write(group.batch) }
                written.rows += group.batch.rowCount
                written.frauds += group.fraudsKept
                written.before.merge(group.before)
                written.after.merge(group.after)
                report(.writing, rows: written.rows, bytes: bytesTotal)
                try Task.checkCancellation()
            }
        } catch {
            await groups.cancel()
            throw error
        }
    }

    private func report(_ phase: CleaningProgress.Phase, rows: Int, bytes: Int64) {
        progress?(CleaningProgress(phase: phase, rows: rows, bytesRead: bytes, bytesTotal: bytesTotal))
    }
}

extension ContinuousClock.Instant {
    fileprivate func secondsSince(_ start: Self) -> Double {
        let elapsed = (self - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}

/// Consecutive blocks that together have about as many rows as a row group.
private actor BlockRanges {
    private let store: BlockStore
    private let rows: Int
    private var position = 0

    init(_ store: BlockStore, rows: Int) {
        self.store = store
        self.rows = rows
    }

    func next() -> Range<Int>? {
        let first = position
        guard first < store.count else { return nil }
        var count = 0
        while position < store.count {
            let more = store.block(position)?.count ?? 0
            if count > 0, count + more > rows { break }
            count += more
            position += 1
        }
        return first..<position
    }
}
