import Columnar
import Features
import Parallelism

/// The rows of a ``TableCleaningPlan``: parsed in parallel, compared with earlier ones in input order, and stored in
/// parallel again.
final class TableProcessor: CleaningTable {
    private let layout: TableLayout
    private let checks: TableChecks
    private let memories: ParsingMemories
    private let options: CleaningOptions
    private let store: TableStore
    private let filter: (any TableDuplicates)?
    private let sequencer = Sequencer()
    private let position = Lock(BlockPosition())

    /// - Parameter duplicates: finds them; nil where no rule drops them.
    init(
        layout: TableLayout, checks: TableChecks, memories: ParsingMemories, duplicates: (any TableDuplicates)?,
        options: CleaningOptions
    ) {
        self.layout = layout
        self.checks = checks
        self.memories = memories
        self.options = options
        store = TableStore(memoryBudget: options.waitingBudget ?? options.memoryLimit / 2, storage: options.storage())
        filter = duplicates
    }

    var names: RejectNames { RejectNames(rules: checks.rules, columns: layout.output.names) }
    var spilledBytes: Int { store.spilledBytes }
    var blockCount: Int { store.count }
    var amounts: any AmountSource { TableAmountScan(store: store, amount: layout.amount, threads: options.threads) }

    func close() { sequencer.close() }

    /// A part of a block while it is processed.
    private struct Part {
        let rows: TableRows
        /// Whether each row was dropped.
        var isDropped: [Bool]
        var keys: TableKeys?
    }

    func process(_ job: CleaningJob<TableFormat.Content>, rejects: RejectLog?) throws -> BlockOutcome {
        do {
            var tally = RuleTally(
                rules: checks.rules.count, sampleLimit: options.samplesPerRule, keepsRejects: rejects != nil)
            var parts: [Part] = []
            let lineCount = try job.content.read(tally: &tally, malformed: checks.malformed) { rows, text, tally in
                var part = Part(rows: rows, isDropped: [Bool](repeating: false, count: rows.count), keys: nil)
                try apply(to: &part, text, &tally)
                part.keys = keys(of: part)
                parts.append(part)
            }
            let rowCount = parts.reduce(0) { $0 + $1.rows.count }
            let (firstLine, firstRow, repeated) = try sequencer.pass(job.number) {
                let (firstLine, firstRow) = position.withLock {
                    $0.advance(to: job, lineCount: lineCount, rowCount: rowCount)
                }
                var row = firstRow
                let repeated = try parts.map { part in
                    defer { row += part.rows.count }
                    return try duplicates(in: part, firstRow: row)
                }
                return (firstLine, firstRow, repeated)
            }
            for index in parts.indices { reject(repeated[index], in: &parts[index], &tally) }
            if let rejects, let entries = tally.rejects {
                try rejects.add(entries, number: job.number, input: job.input, firstLine: firstLine)
            }
            var row = firstRow, waiting = 0
            var stored: [(rows: TableRows, firstRow: Int, dropped: [Int])] = []
            for part in parts {
                let dropped = part.isDropped.indices.filter { part.isDropped[$0] }
                waiting += part.rows.count - dropped.count
                if dropped.count < part.rows.count { stored.append((part.rows, row, dropped)) }
                row += part.rows.count
            }
            if waiting > 0 { try store.add(stored, number: job.number, input: job.input, firstLine: firstLine) }
            return BlockOutcome(
                number: job.number, input: job.input, bytesRead: job.bytesRead, tally: tally, firstLine: firstLine,
                waiting: waiting)
        } catch {
            sequencer.close()
            throw error
        }
    }

    /// The rules for single rows, one after the other.
    private func apply(
        to part: inout Part, _ text: (_ row: Int, _ column: Int) -> String, _ tally: inout RuleTally
    ) throws {
        let rows = part.rows
        // Most blocks have no row that breaks a rule.
        lazy var labels = Labels(layout, rows)
        for (rule, check) in checks.checks {
            var found = try check(rows).filter { !part.isDropped[$0.row] }
            guard !found.isEmpty else { continue }
            // In the order of lines; columns come in their order.
            found = found.enumerated().sorted { ($0.element.row, $0.offset) < ($1.element.row, $1.offset) }.map(
                \.element)
            for (row, column) in found where !part.isDropped[row] {
                part.isDropped[row] = true
                let line = rows.line(ofRow: row)
                tally.reject(rule, column: column, label: labels[row], line: line)
                guard tally.wantsSample(rule) else { continue }
                tally.add(
                    sample: RejectedRow(
                        input: "", line: line, column: column.map { layout.output.fields[$0].name },
                        value: column.map { text(row, $0) } ?? ""), for: rule)
            }
        }
    }

    // MARK: Duplicates

    private func keys(of part: Part) -> TableKeys? {
        checks.duplicates.map { duplicates in
            TableKeys(
                duplicates, duplicates.columns.map { part.rows.plain($0) },
                rows: part.isDropped.indices.filter { !part.isDropped[$0] })
        }
    }

    /// The rows of a part that are known to repeat earlier ones.
    private func duplicates(in part: Part, firstRow: Int) throws -> [Int] {
        guard let filter, let keys = part.keys else { return [] }
        return try filter.duplicates(keys) { firstRow + $0 }
    }

    private func reject(_ repeated: [Int], in part: inout Part, _ tally: inout RuleTally) {
        guard !repeated.isEmpty else { return }
        let labels = Labels(layout, part.rows)
        for row in repeated {
            part.isDropped[row] = true
            rejectDuplicate(labels[row], line: part.rows.line(ofRow: row), &tally) { column in
                part.rows.plain(column).text(ofRow: row, limit: RejectedRow.valueLimit)
            }
        }
    }

    private func rejectDuplicate(
        _ label: Int64?, line: Int, _ tally: inout RuleTally, _ text: (_ column: Int) throws -> String
    ) rethrows {
        guard let duplicates = checks.duplicates else { return }
        let column = duplicates.columns.count == 1 ? duplicates.columns[0] : nil
        tally.reject(duplicates.rule, column: column, label: label, line: line)
        guard tally.wantsSample(duplicates.rule) else { return }
        tally.add(
            sample: RejectedRow(
                input: "", line: line, column: column.map { layout.output.fields[$0].name },
                value: try column.map { try text($0) } ?? ""), for: duplicates.rule)
    }

    func resolveDuplicates(waiting: Int, threads: Int) async throws -> Int {
        memories.join()
        if let found = try await filter?.resolve(store, threads: threads) { store.rejected.withLock { $0 = found } }
        let amounts = amounts
        return try await onDedicatedThread(named: "clean") { _ in try amounts.map(\.count).reduce(0, +) }
    }

    // MARK: Output

    func rowCount(ofBlock number: Int) -> Int { store.block(number)?.waiting ?? 0 }

    /// What is kept of a part of a block.
    private struct Selection: Sendable {
        let part: TableStore.Part
        /// Rows that are not in the output, ascending.
        let dropped: [Int]
        let before: AmountHistogram
        let after: AmountHistogram
        let fraudsKept: Int
    }

    func assemble(_ blocks: Range<Int>, fences: AmountFences, keepsRejects: Bool) throws -> CleanGroup {
        let selected = Lock([(selections: [Selection], result: CleanGroup.Block)?](repeating: nil, count: blocks.count))
        try parallelForThrowing(count: blocks.count, threads: options.threads) { index in
            guard let selection = try select(blocks.lowerBound + index, fences, keepsRejects) else { return }
            selected.withLock { $0[index] = selection }
        }
        let found = selected.withLock { $0.compactMap { $0 } }
        let selections = found.flatMap(\.selections)
        let fields = layout.output.fields
        let columns = Lock([CodedBatch.Values?](repeating: nil, count: fields.count))
        try parallelForThrowing(count: fields.count, threads: options.threads) { index in
            let sources = try selections.map { (try store.column(index, of: $0.part), $0.dropped) }
            let column = try join(sources, memories.texts(ofColumn: index), type: fields[index].type)
            columns.withLock { $0[index] = column }
        }
        for number in blocks { store.release(number) }
        let rowCount = selections.reduce(0) { $0 + $1.part.count - $1.dropped.count }
        var before = AmountHistogram(), after = AmountHistogram()
        for selection in selections {
            before.merge(selection.before)
            after.merge(selection.after)
        }
        return CleanGroup(
            batch: CodedBatch(
                schema: layout.output, columns: columns.withLock { $0.compactMap { $0 } }, rowCount: rowCount),
            blocks: blocks, results: found.map(\.result), before: before, after: after,
            fraudsKept: selections.reduce(0) { $0 + $1.fraudsKept })
    }

    /// The rows of a column that are not dropped.
    private func join(
        _ sources: [(column: TableColumn, dropped: [Int])], _ texts: ParsingMemories.Texts?, type: DataType
    ) throws -> CodedBatch.Values {
        var coded: [(cells: CodedCells, dropped: [Int])] = []
        for case (.coded(let cells), let dropped) in sources { coded.append((cells, dropped)) }
        if let texts, coded.count == sources.count { return .coded(RowDropping.join(coded, texts)) }
        return .plain(
            try RowDropping.join(
                sources.map { column, dropped in
                    switch (column, texts) {
                    case (.plain(let column), _): return (column, dropped)
                    case (.coded(let cells), let texts?):
                        return (RowDropping.join([(cells, [])], texts).column(cells.codes.indices), dropped)
                    case (.coded, nil): preconditionFailure("coded columns have texts")
                    }
                }, type: type))
    }

    private func select(
        _ number: Int, _ fences: AmountFences, _ keepsRejects: Bool
    ) throws -> (selections: [Selection], result: CleanGroup.Block)? {
        guard let block = store.block(number) else { return nil }
        var tally = RuleTally(
            rules: checks.rules.count, sampleLimit: options.samplesPerRule, keepsRejects: keepsRejects)
        let selections = try block.parts.map { try select($0, fences, &tally) }
        return (
            selections,
            CleanGroup.Block(number: number, input: block.input, firstLine: block.firstLine, tally: tally)
        )
    }

    private func select(
        _ part: TableStore.Part, _ fences: AmountFences, _ tally: inout RuleTally
    ) throws -> Selection {
        var isDropped = [Bool](repeating: false, count: part.count)
        for row in part.dropped { isDropped[row] = true }
        let labels = try Labels(layout, count: part.count) { try store.plain($0, of: part) }
        let late = store.lateDuplicates(of: part)
        for row in late {
            isDropped[row] = true
            try rejectDuplicate(labels[row], line: part.line(ofRow: row), &tally) { column in
                try store.plain(column, of: part).text(ofRow: row, limit: RejectedRow.valueLimit)
            }
        }
        var before = AmountHistogram(), after = AmountHistogram()
        if let amount = layout.amount {
            let amounts = try Amounts(store.plain(amount, of: part))
            let waiting = amounts.values(without: isDropped)
            waiting.withUnsafeBufferPointer { before.addPositive($0) }
            if let rule = checks.outliers {
                for row in 0..<part.count {
                    guard !isDropped[row], let value = amounts[row], !fences.contains(value) else { continue }
                    isDropped[row] = true
                    let line = part.line(ofRow: row)
                    tally.reject(rule, column: amount, label: labels[row], line: line)
                    guard tally.wantsSample(rule) else { continue }
                    let name = layout.output.fields[amount].name
                    tally.add(sample: RejectedRow(input: "", line: line, column: name, value: "\(value)"), for: rule)
                }
            }
            amounts.values(without: isDropped).withUnsafeBufferPointer { after.addPositive($0) }
        }
        let dropped = isDropped.indices.filter { isDropped[$0] }
        let frauds = isDropped.indices.count { !isDropped[$0] && labels[$0] == 1 }
        return Selection(part: part, dropped: dropped, before: before, after: after, fraudsKept: frauds)
    }
}

/// The labels of rows: 1 for a fraud, 0 for a genuine transaction, nil where nobody knows.
private struct Labels {
    private let column: Column?
    private let frauds: Bitmap

    init(_ layout: TableLayout, _ rows: TableRows) {
        self.init(layout.label?.values, layout.label.map { rows.plain($0.index) })
    }

    init(_ layout: TableLayout, count: Int, _ column: (Int) throws -> Column) rethrows {
        self.init(layout.label?.values, try layout.label.map { try column($0.index) })
    }

    private init(_ values: LabelValues?, _ column: Column?) {
        self.column = column
        frauds = column.flatMap { values?.frauds(in: $0) } ?? Bitmap(repeating: false, count: 0)
    }

    subscript(row: Int) -> Int64? {
        guard let column, !column.isNull(row) else { return nil }
        return frauds[row] ? 1 : 0
    }
}
