import Essentials
import JSONText

/// Some whole lines of JSON text.
struct JSONLinesBlock: Sendable {
    let text: TextBlock
    /// Whether it is the first of the file, where a byte order mark may be.
    let isFirst: Bool

    /// What reading all lines came to.
    struct Scan {
        /// Lines up to the first error.
        var lineCount = 0
        var failure: JSONLinesError?
    }

    /// Calls the body with a scanner at each object, until the first error; lines without content are skipped.
    /// - Parameter body: reads the object; returns an error of its own, such as a value that does not fit. Its lines count
    ///   from 0, at the block's first.
    func forEachObject(
        file: String, maximumBytes: Int,
        _ body: (_ scanner: inout JSONScanner, _ line: Int) throws(JSONError) -> JSONLinesError?
    ) -> Scan {
        var scan = Scan()
        var mayHaveMark = isFirst
        do {
            try text.forEachChunk { base, range throws(JSONLinesError) in
                var start = range.lowerBound
                while start < range.upperBound {
                    let found = memchr(base + start, Int32(UInt8(ascii: "\n")), range.upperBound - start)
                    let end =
                        found.map { base.distance(to: UnsafePointer($0.assumingMemoryBound(to: UInt8.self))) }
                        ?? range.upperBound
                    let line = UnsafeBufferPointer(start: base + start, count: end - start)
                    guard line.count <= maximumBytes else {
                        throw .recordTooLong(file: file, limit: maximumBytes)
                    }
                    var scanner = JSONScanner(line)
                    if mayHaveMark, line.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.position = 3 }
                    mayHaveMark = false
                    try Self.read(&scanner, file: file, line: scan.lineCount, body)
                    scan.lineCount += 1
                    start = end + 1
                }
            }
        } catch {
            scan.failure = error
        }
        return scan
    }

    @inline(__always)
    private static func read(
        _ scanner: inout JSONScanner, file: String, line: Int,
        _ body: (_ scanner: inout JSONScanner, _ line: Int) throws(JSONError) -> JSONLinesError?
    ) throws(JSONLinesError) {
        guard let first = scanner.peek() else { return }
        guard first == UInt8(ascii: "{") else {
            throw .notAnObject(
                file: file, line: line, value: sample(of: scanner, scanner.position..<scanner.text.count))
        }
        let failure: JSONLinesError?
        do throws(JSONError) {
            failure = try body(&scanner, line)
            try scanner.expectEnd()
        } catch {
            if error.isTruncated(scanner.text) { throw .incompleteObject(file: file, line: line) }
            throw .malformed(file: file, line: line, byte: error.byteOffset + 1, problem: "\(error.problem)")
        }
        if let failure { throw failure }
    }

    /// Some JSON as messages show it, shortened.
    static func sample(of scanner: JSONScanner, _ range: Range<Int>) -> String {
        String(decoding: scanner.text[range].prefix(100), as: UTF8.self)
    }
}

/// Cuts JSON text into blocks of whole lines.
actor JSONLinesBlocks {
    private let blocks: TextBlocks
    private let maximumRecords: Int
    private var parts: ArraySlice<TextBlock> = []
    private var isFirst = true

    /// - Parameter maximumRecords: of a block.
    init(_ input: any RandomAccessInput, options: JSONLinesReadOptions, maximumRecords: Int = .max) {
        // A column of a block has 32-bit offsets.
        blocks = TextBlocks(
            ByteChunks(
                input, chunkBytes: max(1, min(options.blockBytes, 1 << 28)), failure: JSONLinesError.self),
            file: input.name, maximumRecordBytes: options.boundedRecordBytes, failure: JSONLinesError.self)
        self.maximumRecords = maximumRecords
    }

    /// The next block, nil at the end.
    func next() async throws -> JSONLinesBlock? {
        if parts.isEmpty {
            guard let block = try await blocks.next() else { return nil }
            parts = block.parts(maximumLines: maximumRecords)[...]
        }
        defer { isFirst = false }
        return parts.popFirst().map { JSONLinesBlock(text: $0, isFirst: isFirst) }
    }
}

extension JSONLinesReadOptions {
    /// The longest line, such that all of a block fits into a column.
    var boundedRecordBytes: Int { min(maximumRecordBytes, 1 << 30) }
}
