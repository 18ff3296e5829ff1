/// The syntax of a delimited text.
package struct TextLayout: Sendable, Hashable {
    package var delimiter: UInt8
    package var quote: UInt8
    /// Whether a quoted field may hold line breaks; without, every line is a record.
    package var quotesSpanLines: Bool

    package init(delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""), quotesSpanLines: Bool) {
        self.delimiter = delimiter
        self.quote = quote
        self.quotesSpanLines = quotesSpanLines
    }
}

extension TextLayout {
    /// The layout that a text's first line shows: separated by the one of comma, semicolon, tab and `|` that makes most
    /// fields of it; the first of them in a tie. The raw form of transactions has commas between fields.
    package init(firstLine line: [UInt8], quotesSpanLines: Bool) {
        self.init(quotesSpanLines: quotesSpanLines)
        var most = CSVHeader(line: line, layout: self)
        if most.isRawText { return }
        for delimiter in [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")] {
            var other = self
            other.delimiter = delimiter
            let header = CSVHeader(line: line, layout: other)
            if header.names.count > most.names.count { (self, most) = (other, header) }
        }
    }
}
