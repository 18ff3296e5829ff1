import CStorageKernels
import Foundation

/// Where the fields of a piece of text lie.
package struct FieldGrid: ~Copyable {
    private let capacity: Int
    /// Ends of fields in ascending order; with `CSV_LINE_END` set where a record ends too.
    package let ends: UnsafeMutablePointer<UInt32>
    package let count: Int

    /// Finds the delimiters and line feeds of a range of text.
    package init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, layout: TextLayout) {
        precondition(range.upperBound < Int(CSV_LINE_END), "a block of text is below 2 GiB")
        // Pages of the list that are not written to take no memory.
        capacity = range.count
        ends = .allocate(capacity: max(1, capacity))
        let hasQuotes =
            !range.isEmpty && memchr(base + range.lowerBound, Int32(layout.quote), range.count) != nil
        count =
            hasQuotes
            ? csv_scan_quoted(
                base, range.lowerBound, range.upperBound, layout.delimiter, layout.quote, layout.quotesSpanLines, ends)
            : csv_scan(base, range.lowerBound, range.upperBound, layout.delimiter, ends)
    }

    deinit { ends.deallocate() }

    @inline(__always)
    package static func isLineEnd(_ end: UInt32) -> Bool { end & UInt32(CSV_LINE_END) != 0 }

    @inline(__always)
    package static func position(_ end: UInt32) -> Int { Int(end & ~UInt32(CSV_LINE_END)) }
}
