/// The names in the first line of a delimited text.
package struct CSVHeader: Sendable, Hashable {
    package let names: [String]
    /// Whether the line is the malformed one of the transaction source files: `# name | name | ...`, over rows that are
    /// separated by commas.
    package let isRawText: Bool

    /// Reads a line. In the malformed form the names are trimmed, and the source files' misspelt `tranaction_id` is
    /// corrected; in the other form names are kept as they are, without quotes.
    package init(line: [UInt8], layout: TextLayout) {
        if line.first == UInt8(ascii: "#"), line.contains(UInt8(ascii: "|")) {
            isRawText = true
            names = line.dropFirst().split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { part in
                let name = CSVHeader.trimmed(String(decoding: part, as: UTF8.self))
                return name == "tranaction_id" ? "transaction_id" : name
            }
        } else {
            isRawText = false
            names = CSVHeader.fields(line, layout).map { CSVHeader.trimmed($0) }
        }
    }

    /// The names as a table has them: columns without one are named by their positions.
    /// - Throws: ``CSVError/duplicateColumn(file:name:)``.
    package func columnNames(file: String) throws(CSVError) -> [String] {
        let names = self.names.enumerated().map { $1.isEmpty ? "column\($0)" : $1 }
        if let twice = Dictionary(grouping: names, by: { $0 }).first(where: { $0.value.count > 1 }) {
            throw .duplicateColumn(file: file, name: twice.key)
        }
        return names
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func fields(_ line: [UInt8], _ layout: TextLayout) -> [String] {
        let padding = [UInt8](repeating: 0, count: TextBlock.padding)
        let buffer = padding + line + [UInt8(ascii: "\n")]
        return buffer.withUnsafeBufferPointer { pointer in
            guard let base = pointer.baseAddress else { return [] }
            let grid = FieldGrid(base, padding.count..<buffer.count, layout: layout)
            var names: [String] = []
            var start = padding.count
            for index in 0..<grid.count {
                let end = FieldGrid.position(grid.ends[index])
                if let content = TextValue.unquoted(base + start, base + end, quote: layout.quote) {
                    names.append(String(decoding: content.dropFirst(TextBlock.padding), as: UTF8.self))
                } else {
                    names.append(TextValue.string(base + start, base + end))
                }
                start = end + 1
            }
            return names
        }
    }
}
