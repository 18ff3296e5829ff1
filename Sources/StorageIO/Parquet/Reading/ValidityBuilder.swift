import CStorageKernels
import Columnar

/// Collects which rows of a column chunk have values, page by page. While all rows have values, there is no bitmap.
struct ValidityBuilder {
    private let rowCount: Int
    private var rows = 0
    private var words: [UInt64] = []

    init(rowCount: Int) { self.rowCount = rowCount }

    /// The finished bitmap; nil when every row has a value.
    var bitmap: Bitmap? { words.isEmpty ? nil : Bitmap(words: words, count: rowCount) }

    /// Takes a page's definition levels; returns how many of its rows have values.
    mutating func append(_ levels: PageReader.DataPage.Levels, rowCount count: Int) throws(ParquetFault) -> Int {
        defer { rows += count }
        guard count > 0 else { return 0 }
        switch levels {
        case .none:
            if !words.isEmpty { parquet_set_bits(&words, rows, count) }
            return count
        case .rle(let bytes):
            if Self.isOneRunOfOnes(bytes, count) {
                if !words.isEmpty { parquet_set_bits(&words, rows, count) }
                return count
            }
            makeBitmap()
            var ones = 0
            try kernel("definition levels") {
                parquet_rle_bits(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &words, rows, count, &ones)
            }
            return ones
        case .bitPacked(let bytes):
            makeBitmap()
            let reversed = bytes.map(Self.reversingBits)
            return parquet_copy_bits(reversed, &words, rows, count)
        }
    }

    /// Moves the first `present` values of the page that was appended last to the rows that have values.
    func spread<Element: BitwiseCopyable>(
        _ values: UnsafeMutablePointer<Element>, present: Int, pageRows: Int
    ) {
        guard present < pageRows else { return }
        let raw = UnsafeMutableRawPointer(values)
        if MemoryLayout<Element>.size == 4 {
            parquet_spread32(raw.assumingMemoryBound(to: UInt32.self), present, words, rows - pageRows, pageRows)
        } else {
            parquet_spread64(raw.assumingMemoryBound(to: UInt64.self), present, words, rows - pageRows, pageRows)
        }
    }

    /// Whether a row has a value; it must have been appended.
    func hasValue(_ row: Int) -> Bool { words.isEmpty || words[row >> 6] & (1 << UInt64(row & 63)) != 0 }

    /// The rows so far all had values.
    private mutating func makeBitmap() {
        guard words.isEmpty else { return }
        words = [UInt64](repeating: 0, count: Bitmap.wordCount(rowCount))
        parquet_set_bits(&words, 0, rows)
    }

    /// The usual case, detected without decoding: a single run of ones.
    static func isOneRunOfOnes(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> Bool {
        var header = 0
        var shift = 0
        for (position, byte) in bytes.prefix(5).enumerated() {
            header |= Int(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            return header & 1 == 0 && header >> 1 >= count && position + 1 < bytes.count && bytes[position + 1] == 1
        }
        return false
    }

    private static func reversingBits(_ byte: UInt8) -> UInt8 {
        var reversed: UInt8 = 0
        for bit in 0..<8 where byte & (1 << bit) != 0 { reversed |= 0x80 >> bit }
        return reversed
    }
}

/// Runs a decoding kernel and turns its code into a fault.
/// - Returns: the bytes that it consumed.
@discardableResult
func kernel(_ what: String, _ body: () -> Int64) throws(ParquetFault) -> Int {
    switch body() {
    case Int64(PARQUET_TRUNCATED): throw ParquetFault(.truncated, "\(what) end early")
    case Int64(PARQUET_BAD_INDEX): throw ParquetFault(.corrupt, "\(what): an index outside the dictionary")
    case Int64(PARQUET_MALFORMED): throw ParquetFault(.corrupt, "\(what): an invalid run or block")
    case Int64(PARQUET_COUNT_MISMATCH): throw ParquetFault(.corrupt, "\(what) are not as many as the page says")
    case let consumed: return Int(consumed)
    }
}
