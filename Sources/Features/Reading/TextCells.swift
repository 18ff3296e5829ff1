package import Columnar

/// The texts of a column's rows in memory that the caller keeps. None is copied.
package struct TextCells {
    /// Where offsets are counted from; every byte from here to the last text's end can be read.
    let base: UnsafePointer<UInt8>
    private let starts: UnsafePointer<Int32>
    private let ends: UnsafePointer<Int32>
    package let count: Int
    /// A one bit for each row that has a text; nil if all have.
    let validity: Bitmap?
    /// Whether all texts are known to be UTF-8.
    let isUTF8: Bool

    package init(
        base: UnsafePointer<UInt8>, starts: UnsafePointer<Int32>, ends: UnsafePointer<Int32>, count: Int,
        validity: Bitmap? = nil, isUTF8: Bool = false
    ) {
        self.base = base
        self.starts = starts
        self.ends = ends
        self.count = count
        self.validity = validity
        self.isUTF8 = isUTF8
    }

    @inline(__always)
    func bounds(_ row: Int) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        (base + Int(starts[row]), base + Int(ends[row]))
    }

    @inline(__always)
    func hasText(_ row: Int) -> Bool { validity.map { $0[row] } ?? true }

    /// The end of the last text.
    var end: UnsafePointer<UInt8> { count == 0 ? base : base + Int(ends[count - 1]) }

    /// Bytes of all texts.
    var byteCount: Int {
        var sum = 0
        for row in 0..<count { sum += Int(ends[row] &- starts[row]) }
        return sum
    }

    /// Calls the body with the values of a column of text.
    static func with<Result>(_ values: ByteArrays, validity: Bitmap?, _ body: (TextCells) -> Result) -> Result {
        values.bytes.withUnsafeBufferPointer { bytes in
            values.offsets.withUnsafeBufferPointer { offsets in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { nothing in
                    // Arrays without elements have no address; then no text has a byte.
                    guard let start = offsets.baseAddress, let unused = nothing.baseAddress else {
                        preconditionFailure("there is one offset more than values")
                    }
                    let base = bytes.baseAddress ?? UnsafePointer(unused)
                    return body(
                        TextCells(
                            base: base, starts: start, ends: start + 1, count: values.count, validity: validity,
                            // Other bytes could be parts of a character that two texts divide.
                            isUTF8: UTF8Text.isASCII(base, base + bytes.count)))
                }
            }
        }
    }
}
