import CStorageKernels
import Essentials

/// Memory for the positions of fields, reused for one chunk of text after the other.
///
/// `@unchecked Sendable` invariant: one thread at a time uses it.
package final class FieldGridMemory: @unchecked Sendable {
    fileprivate private(set) var ends = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    private var capacity = 1

    package init() {}

    deinit { ends.deallocate() }

    /// Pages that are never written take no memory.
    fileprivate func reserve(_ count: Int) {
        guard count > capacity else { return }
        ends.deallocate()
        ends = .allocate(capacity: count)
        capacity = count
    }
}

/// The positions of the fields in a chunk of text.
package struct FieldGrid: ~Copyable {
    private let memory: FieldGridMemory
    /// Ends of fields in ascending order; with `CSV_LINE_END` set where a record ends too.
    package let ends: UnsafeMutablePointer<UInt32>
    package let count: Int
    /// Line feeds in quotes.
    package let quotedLineCount: Int
    /// Whether there are quotes other than those around a field.
    package let hasInnerQuotes: Bool

    /// Finds the delimiters and line feeds of a range of text.
    /// - Parameter memory: its earlier content is lost; it must outlive the use of ``ends``.
    package init(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, layout: TextLayout,
        memory: FieldGridMemory = FieldGridMemory()
    ) {
        precondition(range.upperBound < Int(CSV_LINE_END), "a block of text is below 2 GiB")
        memory.reserve(range.count)
        self.memory = memory
        ends = memory.ends
        guard !range.isEmpty, memchr(base + range.lowerBound, Int32(layout.quote), range.count) != nil else {
            count = csv_scan(base, range.lowerBound, range.upperBound, layout.delimiter, ends)
            quotedLineCount = 0
            hasInnerQuotes = false
            return
        }
        let scan = csv_scan_quoted(
            base, range.lowerBound, range.upperBound, layout.delimiter, layout.quote, layout.quotesSpanLines, ends)
        count = scan.count
        quotedLineCount = scan.quoted_lines
        hasInnerQuotes = scan.has_inner_quotes
    }

    @inline(__always)
    package static func isLineEnd(_ end: UInt32) -> Bool { end & UInt32(CSV_LINE_END) != 0 }

    @inline(__always)
    package static func position(_ end: UInt32) -> Int { Int(end & ~UInt32(CSV_LINE_END)) }
}
