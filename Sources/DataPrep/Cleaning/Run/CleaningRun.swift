import Columnar
import Parallelism
import StorageIO
import Synchronization

/// One cleaning from the first byte to the report.
struct CleaningRun<Format: CleaningFormat, Table: CleaningTable> where Format.Content == Table.Content {
    let format: Format
    /// The rows of this run.
    let table: Table
    /// The plan that the report shows.
    let plan: CleaningPlan
    /// The plan of a cleaning by a schema.
    var tablePlan: TableCleaningPlan?
    let options: CleaningOptions
    let inputs: [any RandomAccessInput]
    /// The partition columns of the inputs' folders.
    let partitions: PartitionColumns?
    /// Nil to compute them by the plan's rule.
    let fences: AmountFences?
    /// Whether inputs without rows are accepted.
    var acceptsNoRows = false
    let progress: (@Sendable (CleaningProgress) -> Void)?

    /// Rows of a batch and row group: few enough that three of them use a small share of the memory limit.
    var groupRows: Int { min(options.rowGroupRows, max(16_384, options.memoryLimit / 1024)) }
    private var bytesTotal: Int64 { inputs.reduce(0) { $0 + $1.size } }

    /// How Parquet files are written.
    var parquetOptions: ParquetWriteOptions {
        var parquet = ParquetWriteOptions(
            compression: options.compression, rowGroupRows: groupRows, threads: options.threads)
        parquet.endsGroupsWithBatches = tablePlan != nil
        return parquet
    }

    /// Cleans into one output.
    /// - Parameter rejects: where to write every dropped row; nil for nowhere.
    func write(
        to output: CleaningOutput, schema: Schema, rejects: StorageLocation?
    ) async throws -> CleaningReport {
        // Problems with the outputs are found before the work.
        try await IncrementalFolder.checkIsNone(output)
        let csv = CSVWriteOptions(threads: options.threads)
        let sink = try await DataSetWriter(
            to: output.location, schema: schema,
            options: DataSetWriteOptions(layout: output.layout, parquet: parquetOptions, csv: csv))
        var rejectSink: DataSetWriter?
        if let rejects {
            rejectSink = try await DataSetWriter(
                to: rejects, schema: RejectedRows.schema,
                options: DataSetWriteOptions(parquet: parquetOptions, csv: csv))
        }
        return try await execute(into: sink, rejects: rejectSink) { [rejectSink] report, _ in
            if let rejectSink {
                try await rejectSink.finish()
                report.rejects = await rejectSink.outputs
            }
            guard report.rulesBeyondLimit.isEmpty else { throw CleaningError.droppedTooMuch(report) }
            try await sink.finish()
            report.outputs = await sink.outputs
        }
    }

    /// Cleans into a sink.
    /// - Parameters:
    ///   - rejectSink: gets the dropped rows, if they are requested.
    ///   - publish: makes what was written visible, and completes the report; when it throws, the sinks are aborted.
    func execute(
        into sink: any TableSink, rejects rejectSink: (any TableSink)?,
        publish: (inout CleaningReport, AmountFences) async throws -> Void
    ) async throws -> CleaningReport {
        do {
            return try await clean(into: sink, rejects: rejectSink, publish: publish)
        } catch {
            await sink.abort()
            await rejectSink?.abort()
            throw error
        }
    }

    private func clean(
        into sink: any TableSink, rejects rejectSink: (any TableSink)?,
        publish: (inout CleaningReport, AmountFences) async throws -> Void
    ) async throws -> CleaningReport {
        let start = ContinuousClock.now
        let rejects = rejectSink.map { RejectOutput(options: options, sink: $0, run: self) }
        var tally = RuleTally(rules: table.names.rules.count, sampleLimit: options.samplesPerRule)
        let seen = try await read(rejects?.log, &tally)
        guard tally.rowsRead > 0 || acceptsNoRows else { throw CleaningError.emptyInput(inputs: inputs.map(\.name)) }
        report(.measuring, rows: 0, bytes: bytesTotal)
        let spilled = table.spilledBytes
        let (fences, amounts) = try await measure(waiting: seen.waiting)
        var written = Written()
        try await write(fences, to: sink, rejects?.writer, &tally, &written)
        try await rejects?.writer.write(upTo: seen.blocks, late: [:])
        try await rejects?.writer.finish()
        try Task.checkCancellation()
        var report = makeReport(tally, written, amounts, inputRows: seen.inputRows, spilled: spilled, since: start)
        try await publish(&report, fences)
        report.seconds = ContinuousClock.now.secondsSince(start)
        return report
    }

    private func makeReport(
        _ tally: RuleTally, _ written: Written, _ amounts: CleaningReport.Amounts?, inputRows: [Int], spilled: Int,
        since start: ContinuousClock.Instant
    ) -> CleaningReport {
        CleaningReport(
            plan: plan, tablePlan: tablePlan,
            inputs: zip(inputs, inputRows).map { .init(name: $0.name, bytes: $0.size, rows: $1) },
            outputs: [], rejects: nil, increment: nil, rowsRead: tally.rowsRead, rowsKept: written.rows,
            fraudsKept: written.frauds,
            rules: table.names.rules.enumerated().map { index, rule in
                .init(rule: rule, rows: tally.rows[index], frauds: tally.frauds[index], samples: tally.samples[index])
            },
            amounts: amounts, histogram: AmountHistogram.bins(before: written.before, after: written.after),
            spilledBytes: spilled, seconds: ContinuousClock.now.secondsSince(start))
    }

    /// The results of reading.
    private struct Seen {
        /// Rows of each input.
        var inputRows: [Int]
        /// How many rows are waiting for the fences.
        var waiting = 0
        /// How many blocks the inputs were cut into.
        var blocks = 0
    }

    /// Rules 1 to 6.
    private func read(_ rejects: RejectLog?, _ tally: inout RuleTally) async throws -> Seen {
        let source = CleaningJobSource(inputs, partitions, format: format, options: options)
        let table = table
        let outcomes = OrderedReadAhead(width: options.threads + 1) {
            try await source.next()
        } work: { job in
            try await onDedicatedThread(named: "clean") { _ in try table.process(job, rejects: rejects) }
        }
        var seen = Seen(inputRows: [Int](repeating: 0, count: inputs.count))
        do {
            while let outcome = try await outcomes.next() {
                seen.inputRows[outcome.input] += outcome.tally.rowsRead
                seen.waiting += outcome.waiting
                seen.blocks = outcome.number + 1
                tally.merge(outcome.tally, input: inputs[outcome.input].name, firstLine: outcome.firstLine)
                report(.reading, rows: tally.rowsRead, bytes: outcome.bytesRead)
                try Task.checkCancellation()
            }
        } catch {
            table.close()
            await outcomes.cancel()
            throw error
        }
        return seen
    }

    /// Results that need all rows: late duplicates, quartiles, fences.
    private func measure(waiting: Int) async throws -> (AmountFences, CleaningReport.Amounts?) {
        let plan = plan, given = fences, table = table
        let count = try await table.resolveDuplicates(waiting: waiting, threads: options.threads)
        try Task.checkCancellation()
        return try await onDedicatedThread(named: "clean") { cancellation in
            try cancellation.check()
            var statistics = OrderStatistics(table.amounts, count: count)
            try statistics.prepare([0.25, 0.5, 0.75])
            let fences = try given ?? AmountFences(plan.outliers, of: statistics)
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
        _ fences: AmountFences, to sink: any TableSink, _ rejects: RejectWriter<Format>?,
        _ tally: inout RuleTally, _ written: inout Written
    ) async throws {
        let table = table, keepsRejects = rejects != nil
        let ranges = BlockRanges(table, rows: groupRows)
        let groups = OrderedReadAhead(width: 2) {
            await ranges.next()
        } work: { range in
            try await onDedicatedThread(named: "clean") { _ in
                try table.assemble(range, fences: fences, keepsRejects: keepsRejects)
            }
        }
        do {
            while let group = try await groups.next() {
                for block in group.results {
                    tally.merge(block.tally, input: inputs[block.input].name, firstLine: block.firstLine)
                }
                try await rejects?.write(upTo: group.blocks.upperBound, late: group.lateRejects)
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

extension CleaningRun<TransactionFormat, TransactionTable> {
    /// A run of the nine columns.
    init(
        plan: CleaningPlan, options: CleaningOptions, inputs: [any RandomAccessInput], partitions: PartitionColumns?,
        fences: AmountFences?, duplicates: any RepeatedRows, acceptsNoRows: Bool = false,
        progress: (@Sendable (CleaningProgress) -> Void)?
    ) {
        self.init(
            format: TransactionFormat(plan: plan), table: TransactionTable(duplicates: duplicates, options: options),
            plan: plan, options: options, inputs: inputs, partitions: partitions, fences: fences,
            acceptsNoRows: acceptsNoRows, progress: progress)
    }
}

extension ContinuousClock.Instant {
    fileprivate func secondsSince(_ start: Self) -> Double {
        let elapsed = (self - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}

/// Where the rejected rows of a run go.
private struct RejectOutput<Format: CleaningFormat> {
    let log: RejectLog
    let writer: RejectWriter<Format>

    init<Table>(options: CleaningOptions, sink: any TableSink, run: CleaningRun<Format, Table>) {
        log = RejectLog(storage: options.storage())
        let names = run.inputs.map(\.name)
        let source = CleaningJobSource(run.inputs, run.partitions, format: run.format, options: run.options)
        writer = RejectWriter(
            log: log, texts: RawRows(source, names: names), inputNames: names, names: run.table.names, sink: sink)
    }
}

extension CleanGroup {
    /// The rows that the last rules dropped, by the number of the block.
    fileprivate var lateRejects: [Int: RejectLog.Block] {
        var blocks: [Int: RejectLog.Block] = [:]
        for block in results {
            guard let entries = block.tally.rejects, !entries.isEmpty else { continue }
            blocks[block.number] = RejectLog.Block(
                input: block.input, firstLine: block.firstLine, entries: entries.sorted { $0.word < $1.word })
        }
        return blocks
    }
}

/// Consecutive blocks that together have about as many rows as a row group.
private actor BlockRanges<Table: CleaningTable> {
    private let table: Table
    private let rows: Int
    private var position = 0

    init(_ table: Table, rows: Int) {
        self.table = table
        self.rows = rows
    }

    func next() -> Range<Int>? {
        let first = position
        guard first < table.blockCount else { return nil }
        var count = 0
        while position < table.blockCount {
            let more = table.rowCount(ofBlock: position)
            if count > 0, count + more > rows { break }
            count += more
            position += 1
        }
        return first..<position
    }
}
