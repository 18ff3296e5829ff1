extension FeaturePlan {
    /// A row of ``table``.
    public struct TableRow: Sendable, Hashable {
        /// The feature's name.
        public let name: String
        /// What it says about a transaction.
        public let meaning: String
        /// What it is measured in; empty where nothing is said.
        public let unit: String
    }

    /// All features in order; the meaning says which of them models do not get.
    public var tableRows: [TableRow] {
        features.map {
            TableRow(
                name: $0.name, meaning: $0.describedMeaning + ($0.isOutput ? "" : " (for other features only)"),
                unit: $0.describedUnit)
        }
    }

    /// The features as text for a terminal: name, meaning and unit in columns of equal width, a feature a line.
    public var table: String {
        let rows = [["feature", "meaning", "unit"]] + tableRows.map { [$0.name, $0.meaning, $0.unit] }
        let widths = (0..<2).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = (cells + [row[2]]).joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    /// The same as a table of Markdown.
    public var markdownTable: String {
        func line(_ cells: [String]) -> String {
            let escaped = cells.map { cell in
                cell.map { $0 == "|" || $0 == "\\" ? "\\\($0)" : $0.isNewline ? " " : String($0) }.joined()
            }
            return "| \(escaped.joined(separator: " | ")) |\n"
        }
        return line(["feature", "meaning", "unit"]) + "| --- | --- | --- |\n"
            + tableRows.map { line([$0.name, $0.meaning, $0.unit]) }.joined()
    }
}
