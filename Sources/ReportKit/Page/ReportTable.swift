/// A table of text cells.
package struct ReportTable: Sendable {
    package struct Column: Sendable {
        package var title: String
        package var isNumeric: Bool

        /// A column of words, aligned left.
        package static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }

        /// A column of numbers, aligned right with digits of equal width.
        package static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    package var columns: [Column]
    /// One array per row; missing cells stay empty and surplus ones are left out.
    package var rows: [[String]]
    package var caption: String?
    /// Positions of rows to highlight, for instance the winner of a comparison.
    package var highlightedRows: Set<Int>

    package init(
        _ columns: [Column], rows: [[String]], caption: String? = nil, highlightedRows: Set<Int> = []
    ) {
        self.columns = columns
        self.rows = rows
        self.caption = caption
        self.highlightedRows = highlightedRows
    }
}

extension ReportTable {
    func write(to page: inout Markup) {
        page.raw("<div class=\"table\"><table>\n")
        if let caption { page.element("caption", caption) }
        page.raw("<thead><tr>")
        for column in columns { page.element("th", class: column.isNumeric ? "number" : nil, column.title) }
        page.raw("</tr></thead>\n<tbody>\n")
        for (position, row) in rows.enumerated() {
            page.raw(highlightedRows.contains(position) ? "<tr class=\"highlighted\">" : "<tr>")
            for (index, column) in columns.enumerated() {
                page.element("td", class: column.isNumeric ? "number" : nil, index < row.count ? row[index] : "")
            }
            page.raw("</tr>\n")
        }
        page.raw("</tbody>\n</table></div>")
    }
}
