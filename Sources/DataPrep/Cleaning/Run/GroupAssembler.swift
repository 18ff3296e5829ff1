import Features
import Columnar
import Parallelism

/// Applies rule 7 to waiting blocks, and builds a batch of the rows that stay.
struct GroupAssembler: Sendable {
    let store: BlockStore
    let fences: AmountFences
    let threads: Int
    let sampleLimit: Int
    /// Whether every rejected row is kept.
    let keepsRejects: Bool

    /// What is kept of a block.
    private struct Selection: Sendable {
        let block: PackedBlock
        let number: Int
        /// Positions of rows that are dropped, ascending.
        let dropped: [Int]
        let tally: RuleTally
        let before: AmountHistogram
        let after: AmountHistogram

        var keptCount: Int { block.count - dropped.count }
    }

    func assemble(_ blocks: Range<Int>) throws -> CleanGroup {
        let selected = Lock([Selection?](repeating: nil, count: blocks.count))
        try parallelForThrowing(count: blocks.count, threads: threads) { index in
            guard let selection = try select(blocks.lowerBound + index) else { return }
            selected.withLock { $0[index] = selection }
        }
        let selections = selected.withLock { $0.compactMap { $0 } }
        let columns = Lock([Column?](repeating: nil, count: TransactionColumn.allCases.count))
        try parallelForThrowing(count: TransactionColumn.allCases.count, threads: threads) { index in
            let column = try self.column(TransactionColumn.allCases[index], of: selections)
            columns.withLock { $0[index] = column }
        }
        for number in blocks { store.release(number) }
        let batch = try RecordBatch(
            schema: TransactionColumn.tableSchema, columns: columns.withLock { $0.compactMap { $0 } })
        var before = AmountHistogram(), after = AmountHistogram()
        for selection in selections {
            before.merge(selection.before)
            after.merge(selection.after)
        }
        let frauds = try batch.columns[TransactionColumn.fraud.index].int32Values()
        return CleanGroup(
            batch: CodedBatch(batch), blocks: blocks,
            results: selections.map {
                .init(number: $0.number, input: $0.block.input, firstLine: $0.block.firstLine, tally: $0.tally)
            }, before: before, after: after, fraudsKept: frauds.reduce(0) { $0 + ($1 == 1 ? 1 : 0) })
    }

    /// Finds the rows of a block that are duplicates or outside the fences.
    private func select(_ number: Int) throws -> Selection? {
        guard let block = store.block(number) else { return nil }
        let amounts = try [Double](unsafeUninitializedCapacity: block.count) { buffer, count in
            count = block.count
            try store.withColumn(TransactionColumn.amount.index, of: number) { block, words in
                if let base = buffer.baseAddress { block.unpackAmounts(from: words, into: base) }
            }
        }
        var before = AmountHistogram()
        amounts.withUnsafeBufferPointer { before.add($0) }
        let duplicates = store.rejectedRows(of: block)
        for row in duplicates { before.remove(amounts[row]) }
        let lower = fences.lower ?? -.infinity, upper = fences.upper ?? .infinity
        var outliers: [Int] = []
        for row in amounts.indices where amounts[row] < lower || amounts[row] > upper { outliers.append(row) }
        if !duplicates.isEmpty {
            let known = Set(duplicates)
            outliers.removeAll { known.contains($0) }
        }
        var tally = RuleTally(sampleLimit: sampleLimit, keepsRejects: keepsRejects)
        if !duplicates.isEmpty || !outliers.isEmpty {
            let frauds = try integers(.fraud, block, number)
            let ids = try integers(.transactionID, block, number)
            let lines = try integers(TransactionBuffer.lineColumn, block, number)
            for row in duplicates {
                tally.rejectDuplicate(label: frauds[row], line: Int(lines[row]), id: ids[row])
            }
            for row in outliers {
                tally.reject(.amountOutlier, .amount, label: frauds[row], line: Int(lines[row]))
                guard tally.wantsSample(.amountOutlier) else { continue }
                let sample = RejectedRow(
                    input: "", line: Int(lines[row]), column: TransactionColumn.amount.name, value: "\(amounts[row])")
                tally.add(sample: sample, for: .amountOutlier)
            }
        }
        var after = before
        for row in outliers { after.remove(amounts[row]) }
        return Selection(
            block: block, number: number, dropped: duplicates.isEmpty ? outliers : (duplicates + outliers).sorted(),
            tally: tally, before: before, after: after)
    }

    private func column(_ column: TransactionColumn, of selections: [Selection]) throws -> Column {
        switch column {
        case .transactionID, .customerID, .terminalID, .timeSeconds:
            return .int64(try values(of: selections, column.index) { $0.unpack(column.index, from: $1, into: $2) })
        case .dateTime:
            return .timestamp(try values(of: selections, column.index) { $0.unpack(column.index, from: $1, into: $2) })
        case .amount:
            return .float64(try values(of: selections, column.index) { $0.unpackAmounts(from: $1, into: $2) })
        case .timeDays, .fraud, .fraudScenario:
            return .int32(try values(of: selections, column.index) { $0.unpack(column.index, from: $1, into: $2) })
        }
    }

    private func values<Value>(
        of selections: [Selection], _ index: Int,
        _ unpack: (PackedBlock, UnsafePointer<UInt64>, UnsafeMutablePointer<Value>) -> Void
    ) throws -> [Value] {
        let total = selections.reduce(0) { $0 + $1.keptCount }
        // A block is unpacked completely before its dropped rows are removed.
        let room = selections.reduce(0) { max($0, $1.dropped.count) } + total
        return try [Value](unsafeUninitializedCapacity: room) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            for selection in selections {
                try store.withColumn(index, of: selection.number) { block, words in
                    unpack(block, words, base + count)
                }
                var kept = selection.dropped.first ?? selection.block.count
                for (index, row) in selection.dropped.enumerated() {
                    let next =
                        index + 1 < selection.dropped.count ? selection.dropped[index + 1] : selection.block.count
                    (base + count + kept).update(from: base + count + row + 1, count: next - row - 1)
                    kept += next - row - 1
                }
                count += kept
            }
        }
    }

    private func integers(_ column: TransactionColumn, _ block: PackedBlock, _ number: Int) throws -> [Int64] {
        try integers(column.index, block, number)
    }

    private func integers(_ index: Int, _ block: PackedBlock, _ number: Int) throws -> [Int64] {
        try [Int64](unsafeUninitializedCapacity: block.count) { buffer, count in
            count = block.count
            try store.withColumn(index, of: number) { block, words in
                if let base = buffer.baseAddress { block.unpack(index, from: words, into: base) }
            }
        }
    }
}
