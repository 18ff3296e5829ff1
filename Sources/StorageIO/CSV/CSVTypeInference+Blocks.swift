import Parallelism

extension CSVTypeInference {
    /// The inference with all rows of a text, block by block on several threads.
    /// - Throws: ``CSVError`` for a row with another number of fields, and what reading throws.
    func taking(
        _ blocks: TextBlocks, file: String, firstLine: Int, threads: Int
    ) async throws -> CSVTypeInference {
        let empty = self
        let taken = OrderedReadAhead(width: threads + 1) {
            try await blocks.next()
        } work: { block in
            try await onDedicatedThread(named: "csv") { _ in empty.taking(block, file: file) }
        }
        var whole = self
        var line = firstLine
        while let (part, lineCount) = try await taken.next() {
            switch part {
            case .success(let part):
                whole.merge(part)
                line += lineCount
            case .failure(let error):
                await taken.cancel()
                throw error.movedDown(by: line)
            }
            if whole.isSettled {
                await taken.cancel()
                break
            }
        }
        return whole
    }

    private func taking(
        _ block: TextBlock, file: String
    ) -> (part: Result<CSVTypeInference, CSVError>, lineCount: Int) {
        var part = self
        var lineCount = 0
        do {
            try block.forEachChunk { base, range throws(CSVError) in
                let rows = try CSVRows(
                    base, range, fieldCount: states.count, layout: layout, file: file, line: lineCount)
                part.take(rows)
                lineCount += rows.lineCount
            }
            return (.success(part), lineCount)
        } catch {
            return (.failure(error), lineCount)
        }
    }
}
