import CStorageKernels
import Columnar

/// Which rows of a column chunk have values, and how it is split into pages.
struct Present {
    struct Page {
        /// Rows of the chunk.
        var rows: Range<Int>
        /// Which of the chunk's values, without its null rows, belong to them.
        var values: Range<Int>
        /// Bits of the page's rows from `validityOffset` on; empty when all rows have values.
        var validity: [UInt64]
        var validityOffset: Int
    }

    /// Bits of the chunk's rows from `offset` on; empty when all rows have values.
    let words: [UInt64]
    let offset: Int
    /// How many rows have values.
    let count: Int

    init(_ validity: Bitmap?, _ rows: Range<Int>) {
        let words = validity?.words ?? []
        let count = words.isEmpty ? rows.count : parquet_count_bits(words, rows.lowerBound, rows.count)
        self.words = count == rows.count ? [] : words
        self.count = count
        offset = rows.lowerBound
    }

    /// - Parameter row: counted from the chunk's first.
    func hasValue(_ row: Int) -> Bool {
        words.isEmpty || words[(offset + row) >> 6] & (1 << UInt64((offset + row) & 63)) != 0
    }

    /// Calls `body` for each page of at most ``ColumnChunkEncoder/pageRows`` rows.
    func forEachPage(rows: Int, _ body: (Page) throws -> Void) rethrows {
        var value = 0
        for start in stride(from: 0, to: rows, by: ColumnChunkEncoder.pageRows) {
            let page = self.page(start..<min(rows, start + ColumnChunkEncoder.pageRows), firstValue: value)
            value = page.values.upperBound
            try body(page)
        }
    }

    func page(_ rows: Range<Int>, firstValue: Int) -> Page {
        let values = words.isEmpty ? rows.count : parquet_count_bits(words, offset + rows.lowerBound, rows.count)
        return Page(
            rows: rows, values: firstValue..<firstValue + values, validity: values == rows.count ? [] : words,
            validityOffset: offset + rows.lowerBound)
    }
}
