import CStorageKernels
import Essentials

/// Some whole records of a text, each closed by a line feed.
package struct TextBlock: Sendable {
    /// The first records: the rest of the block before, in a small separate buffer.
    private let seam: [UInt8]
    private let bytes: [UInt8]
    private let range: Range<Int>

    /// How many bytes before a chunk can be read; see `csv_values.h`.
    package static let padding = 16

    fileprivate init(seam: [UInt8], bytes: [UInt8], range: Range<Int>) {
        self.seam = seam
        self.bytes = bytes
        self.range = range
    }

    /// How many bytes of text.
    package var byteCount: Int { max(0, seam.count - TextBlock.padding) + range.count }

    /// Calls the body with each chunk of whole records, in order; ``padding`` bytes before each are readable.
    package func forEachChunk<Failure: Error>(
        _ body: (_ base: UnsafePointer<UInt8>, _ range: Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        try TextBlock.withBase(of: seam, min(TextBlock.padding, seam.count)..<seam.count, body)
        try TextBlock.withBase(of: bytes, range, body)
    }

    /// The block in parts of at most so many lines each, in order; their bytes are shared.
    func parts(maximumLines: Int) -> [TextBlock] {
        guard byteCount > maximumLines else { return [self] }
        let ofSeam = TextBlock.parts(of: seam, min(TextBlock.padding, seam.count)..<seam.count, maximumLines).map {
            TextBlock(seam: [], bytes: seam, range: $0)
        }
        let others = TextBlock.parts(of: bytes, range, maximumLines).map {
            TextBlock(seam: [], bytes: bytes, range: $0)
        }
        return ofSeam + others
    }

    private static func parts(of buffer: [UInt8], _ range: Range<Int>, _ maximumLines: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound, lines = 0
        for index in range where buffer[index] == UInt8(ascii: "\n") {
            lines += 1
            guard lines == maximumLines else { continue }
            parts.append(start..<index + 1)
            (start, lines) = (index + 1, 0)
        }
        return start < range.upperBound ? parts + [start..<range.upperBound] : parts
    }

    private static func withBase<Failure: Error>(
        of buffer: [UInt8], _ range: Range<Int>,
        _ body: (_ base: UnsafePointer<UInt8>, _ range: Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        guard !range.isEmpty else { return }
        try buffer.withUnsafeBufferPointer { pointer throws(Failure) in
            guard let base = pointer.baseAddress else { return }
            try body(base, range)
        }
    }
}

/// Cuts a stream of bytes at record ends, so that the blocks can be parsed in parallel. Only records that span two
/// chunks are copied.
package actor TextBlocks {
    private let chunks: ByteChunks
    private let file: String
    private let maximumRecordBytes: Int
    private let failure: any TextInputError.Type
    private var layout = TextLayout(quotesSpanLines: false)
    private var state = CSV_FIELD_START
    private var rest: [UInt8] = []
    private var pending: (bytes: [UInt8], start: Int)?
    /// Whether lines end with carriage returns alone.
    private var endsWithReturns = false

    /// - Parameter failure: the error of the text's format.
    package init(
        _ chunks: ByteChunks, file: String, maximumRecordBytes: Int = 1 << 20,
        failure: any TextInputError.Type = CSVError.self
    ) {
        self.chunks = chunks
        self.file = file
        self.maximumRecordBytes = maximumRecordBytes
        self.failure = failure
    }

    /// Takes the first line, without its line break and without a byte order mark; nil when the text is empty.
    ///
    /// Its end determines how lines end in the whole text: if it is a carriage return without a line feed after it, as
    /// in files of Excel for Mac, every carriage return becomes a line feed from here on.
    package func firstLine() async throws -> [UInt8]? {
        var text: [UInt8] = []
        while let bytes = try await chunks.next() {
            if text.isEmpty { text = bytes } else { text.append(contentsOf: bytes) }
            guard let end = LineEnd.first(in: text) else {
                guard text.count <= maximumRecordBytes else {
                    throw failure.recordTooLong(file: file, limit: maximumRecordBytes)
                }
                continue
            }
            let line = Array(text[..<end])
            endsWithReturns = text[end] == UInt8(ascii: "\r")
            if endsWithReturns { LineEnd.replaceReturns(in: &text) }
            pending = (text, end + 1)
            return TextBlocks.withoutFrame(line)
        }
        guard !text.isEmpty else { return nil }
        // Only ends of empty lines may follow.
        let line = text.prefix { $0 != UInt8(ascii: "\r") }
        return TextBlocks.withoutFrame(Array(line))
    }

    /// Sets the layout of the rest, and puts back bytes that are to be read (again) as text.
    package func begin(layout: TextLayout, puttingBack line: [UInt8]? = nil) {
        self.layout = layout
        guard let line else { return }
        rest = line + [UInt8(ascii: "\n")]
        if layout.quotesSpanLines {
            // A quote opened in this line may reach into the next.
            state = csv_record_bounds(rest, rest.count, 0, layout.delimiter, layout.quote, CSV_FIELD_START).state
        }
    }

    /// The next block, nil at the end.
    package func next() async throws -> TextBlock? {
        while true {
            var chunk = pending
            pending = nil
            if chunk == nil, var bytes = try await chunks.next() {
                if endsWithReturns { LineEnd.replaceReturns(in: &bytes) }
                chunk = (bytes, 0)
            }
            guard let (bytes, start) = chunk else { return try last() }
            let (first, end) = recordBounds(bytes, start)
            guard let first, let end else {
                rest.append(contentsOf: bytes[start...])
                guard rest.count <= maximumRecordBytes else {
                    throw failure.recordTooLong(file: file, limit: maximumRecordBytes)
                }
                continue
            }
            let seam = padded(rest, bytes[start..<first])
            rest = Array(bytes[end...])
            return TextBlock(seam: seam, bytes: bytes, range: first..<end)
        }
    }

    private func last() throws -> TextBlock? {
        guard !rest.isEmpty else { return nil }
        guard state != CSV_IN_QUOTES else { throw CSVError.unclosedQuote(file: file) }
        let needsEnd = rest.last != UInt8(ascii: "\n")
        let seam = padded(rest, needsEnd ? [UInt8(ascii: "\n")] : [])
        rest = []
        return TextBlock(seam: seam, bytes: [], range: 0..<0)
    }

    private func padded(_ head: [UInt8], _ tail: ArraySlice<UInt8>) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: TextBlock.padding)
        result.reserveCapacity(result.count + head.count + tail.count)
        result.append(contentsOf: head)
        result.append(contentsOf: tail)
        return result
    }

    /// Just past the first record end that leaves ``TextBlock/padding`` bytes before it, and just past the last one.
    private func recordBounds(_ bytes: [UInt8], _ start: Int) -> (first: Int?, last: Int?) {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, start < buffer.count else { return (nil, nil) }
            let isPlain =
                !layout.quotesSpanLines
                || (state != CSV_IN_QUOTES && state != CSV_AFTER_QUOTE
                    && memchr(base + start, Int32(layout.quote), buffer.count - start) == nil)
            guard isPlain else {
                let bounds = csv_record_bounds(
                    base + start, buffer.count - start, max(0, TextBlock.padding - start), layout.delimiter,
                    layout.quote, state)
                state = bounds.state
                return bounds.first < 0 ? (nil, nil) : (start + bounds.first, start + bounds.last)
            }
            let newline = Int32(UInt8(ascii: "\n"))
            let end = base[buffer.count - 1]
            state = end == layout.delimiter || end == UInt8(ascii: "\n") ? CSV_FIELD_START : CSV_IN_FIELD
            let from = max(start, TextBlock.padding - 1)
            guard from < buffer.count, let found = memchr(base + from, newline, buffer.count - from) else {
                return (nil, nil)
            }
            let first = base.distance(to: found.assumingMemoryBound(to: UInt8.self)) + 1
            var last = buffer.count
            while last > first, base[last - 1] != UInt8(ascii: "\n") { last -= 1 }
            return (first, last)
        }
    }

    /// Without closing carriage returns and a leading UTF-8 byte order mark.
    private static func withoutFrame(_ line: [UInt8]) -> [UInt8] {
        var line = line[...]
        while line.last == UInt8(ascii: "\r") { line.removeLast() }
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return Array(line)
    }
}
