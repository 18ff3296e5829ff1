import Features
import Columnar
import StorageIO

/// Parses lines of text into transactions, and rejects those that break rules 1 to 5.
///
/// A line is a row: no column can contain a line break, so a stray quote spoils only its own line. Blank lines are
/// skipped. The first attempt at a row accepts the usual forms; other rows go through a second, thorough parser.
struct TransactionTextParser: Sendable {
    let layout: TextLayout
    let fieldCount: Int
    /// The field of each column, by ``TransactionColumn/index``.
    let fields: [Int]
    let unknownCustomers: [Int64]
    /// Most customers are above it, and need no search in the list.
    private let highestUnknownCustomer: Int64
    let repairsTimeDays: Bool

    /// Finds the columns in a header; it may have others, too.
    /// - Throws: ``CleaningError/missingColumn(input:name:found:)``.
    init(header: CSVHeader, layout: TextLayout, plan: CleaningPlan, input: String) throws(CleaningError) {
        self.layout = layout
        fieldCount = header.names.count
        var fields: [Int] = []
        for column in TransactionColumn.allCases {
            guard
                let field = header.names.firstIndex(of: column.name)
                    ?? header.names.firstIndex(where: { TransactionColumn(spelling: $0) == column })
            else {
                throw .missingColumn(input: input, name: column.name, found: header.names)
            }
            fields.append(field)
        }
        self.fields = fields
        unknownCustomers = plan.unknownCustomers
        highestUnknownCustomer = plan.unknownCustomers.max() ?? .min
        repairsTimeDays = plan.repairsTimeDays
    }

    /// Appends the block's good rows to the buffer and counts the others.
    /// - Returns: how many lines the block has.
    func parse(_ block: TextBlock, into buffer: TransactionBuffer, tally: inout RuleTally) -> Int {
        var lineCount = 0
        block.forEachChunk { base, range in
            lineCount += parse(base, range, firstLine: lineCount, into: buffer, tally: &tally)
        }
        return lineCount
    }

    private func parse(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, firstLine: Int, into buffer: TransactionBuffer,
        tally: inout RuleTally
    ) -> Int {
        let grid = FieldGrid(base, range, layout: layout, memory: buffer.fieldMemory)
        let ends = grid.ends
        let total = grid.count
        buffer.reserve(total / fieldCount + 1)
        var dates = DateCache()
        var writer = RowWriter(buffer)
        var line = firstLine
        var first = 0
        var start = range.lowerBound
        let lastField = fieldCount - 1
        while first < total {
            var last = first + lastField
            var isRegular = last < total && FieldGrid.isLineEnd(ends[last])
            if isRegular {
                var flags: UInt32 = 0
                for index in first..<last { flags |= ends[index] }
                isRegular = !FieldGrid.isLineEnd(flags)
            }
            if !isRegular {
                last = first
                while !FieldGrid.isLineEnd(ends[last]) { last += 1 }
            }
            let row = Line(
                base: base, start: start, end: lineEnd(base, start, FieldGrid.position(ends[last])), ends: ends + first,
                count: last - first + 1)
            if isRegular, let values = usualValues(row, &dates) {
                accept(values, line: line, &writer, &tally)
            } else {
                examine(row, line: line, &writer, &tally)
            }
            start = FieldGrid.position(ends[last]) + 1
            first = last + 1
            line += 1
        }
        buffer.setCount(writer.count)
        return line - firstLine
    }

    @inline(__always)
    private func lineEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, base[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    /// Applies rules 4 and 5 and stores the row.
    @inline(__always)
    private func accept(_ row: RowValues, line: Int, _ writer: inout RowWriter, _ tally: inout RuleTally) {
        tally.rowsRead += 1
        if row.amount > 0, row.amount.isFinite,
            row.customerID > highestUnknownCustomer || !unknownCustomers.contains(row.customerID)
        {
            writer.append(row, line: line, repairsTimeDays: repairsTimeDays)
        } else {
            reject(row, line: line, &tally)
        }
    }

    @inline(never)
    private func reject(_ row: RowValues, line: Int, _ tally: inout RuleTally) {
        let isUnknown = unknownCustomers.contains(row.customerID)
        let rule = isUnknown ? CleaningRule.unknownCustomer : .nonPositiveAmount
        let column = isUnknown ? TransactionColumn.customerID : .amount
        tally.reject(rule, column, label: row.fraud, line: line)
        guard tally.wantsSample(rule) else { return }
        let value = isUnknown ? "\(row.customerID)" : "\(row.amount)"
        tally.add(sample: RejectedRow(input: "", line: line, column: column.name, value: value), for: rule)
    }

    /// The row's values where every field has its usual form.
    @inline(__always)
    private func usualValues(_ row: Line, _ dates: inout DateCache) -> RowValues? {
        var values = RowValues()
        return fields.withUnsafeBufferPointer { fields in
            let (idBegin, idEnd) = row.field(fields[0])
            let (timeBegin, timeEnd) = row.field(fields[1])
            let (customerBegin, customerEnd) = row.field(fields[2])
            let (terminalBegin, terminalEnd) = row.field(fields[3])
            let (amountBegin, amountEnd) = row.field(fields[4])
            let (secondsBegin, secondsEnd) = row.field(fields[5])
            let (daysBegin, daysEnd) = row.field(fields[6])
            let (fraudBegin, fraudEnd) = row.field(fields[7])
            let (scenarioBegin, scenarioEnd) = row.field(fields[8])
            guard let time = dates.microseconds(timeBegin, timeEnd),
                TextValue.parse(idBegin, idEnd, &values.transactionID),
                TextValue.parse(customerBegin, customerEnd, &values.customerID),
                TextValue.parse(terminalBegin, terminalEnd, &values.terminalID),
                TextValue.parse(amountBegin, amountEnd, &values.amount),
                TextValue.parse(secondsBegin, secondsEnd, &values.timeSeconds),
                TextValue.parse(daysBegin, daysEnd, &values.timeDays),
                TextValue.parse(fraudBegin, fraudEnd, &values.fraud),
                TextValue.parse(scenarioBegin, scenarioEnd, &values.fraudScenario),
                Int32(exactly: values.timeDays) != nil, Int32(exactly: values.fraud) != nil,
                Int32(exactly: values.fraudScenario) != nil
            else { return nil }
            values.dateTime = time
            return values
        }
    }

    /// Rules 1 to 3 in their order, for a row that is not in the usual form.
    @inline(never)
    private func examine(_ row: Line, line: Int, _ writer: inout RowWriter, _ tally: inout RuleTally) {
        // Some programs close each line with a delimiter.
        guard row.count == fieldCount || (row.count == fieldCount + 1 && row.isLastEmpty) else {
            // With more than one column, an empty line is not a row.
            if row.isEmpty { return }
            tally.rowsRead += 1
            tally.reject(.malformed, nil, label: nil, line: line)
            if tally.wantsSample(.malformed) {
                let value = "\(row.count) fields, expected \(fieldCount)"
                tally.add(sample: RejectedRow(input: "", line: line, column: nil, value: value), for: .malformed)
            }
            return
        }
        for column in TransactionColumn.allCases {
            let (begin, end) = content(row, column)
            if MissingValue.isMissing(begin, end) { return reject(row, .missing, column, line: line, &tally) }
        }
        var values = RowValues()
        for column in TransactionColumn.allCases {
            let (begin, end) = content(row, column)
            if !values.set(column, begin, end) { return reject(row, .invalid, column, line: line, &tally) }
        }
        accept(values, line: line, &writer, &tally)
    }

    private func reject(
        _ row: Line, _ rule: CleaningRule, _ column: TransactionColumn, line: Int, _ tally: inout RuleTally
    ) {
        tally.rowsRead += 1
        let (fraudBegin, fraudEnd) = content(row, .fraud)
        var values = RowValues()
        let label = values.set(.fraud, fraudBegin, fraudEnd) ? values.fraud : nil
        tally.reject(rule, column, label: label, line: line)
        guard tally.wantsSample(rule) else { return }
        let (begin, end) = row.field(fields[column.index])
        let value = TextValue.string(begin, min(end, begin + RejectedRow.valueLimit))
        tally.add(sample: RejectedRow(input: "", line: line, column: column.name, value: value), for: rule)
    }

    /// A field without the quotes around it. Two quotes inside stay two: no valid value contains a quote.
    private func content(
        _ row: Line, _ column: TransactionColumn
    ) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        let (begin, end) = row.field(fields[column.index])
        guard end - begin >= 2, begin[0] == layout.quote, (end - 1)[0] == layout.quote else { return (begin, end) }
        return (begin + 1, end - 1)
    }
}

/// The positions of the fields of one line.
private struct Line {
    let base: UnsafePointer<UInt8>
    let start: Int
    /// Without the line break.
    let end: Int
    let ends: UnsafeMutablePointer<UInt32>
    let count: Int

    var isEmpty: Bool { count == 1 && start == end }

    /// Whether nothing but blanks follows the last delimiter.
    var isLastEmpty: Bool {
        let (begin, end) = field(count - 1)
        return begin == end || TextValue.trimmed(begin, end).map { $0.begin == $0.end } ?? false
    }

    @inline(__always)
    func field(_ index: Int) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        let begin = index == 0 ? start : Int(ends[index - 1]) + 1
        let end = index == count - 1 ? self.end : Int(ends[index])
        return (base + begin, base + end)
    }
}
