/// A set of integers as pages of 65,536 bits: one bit for each where they are close together.
///
/// `@unchecked Sendable` invariant: its owner calls it from one thread at a time. ``DuplicateFilter`` is itself called
/// by one at a time; ``DeferredDuplicates`` and ``BlockStore`` keep it in a mutex.
package final class PagedBitmap: @unchecked Sendable {
    private static let pageBits: Int64 = 16
    private static let pageWords = 1 << 10
    private var pages: [Int64: UnsafeMutablePointer<UInt64>] = [:]
    private var lastNumber: Int64 = 0
    private var lastPage: UnsafeMutablePointer<UInt64>?

    deinit {
        for page in pages.values { page.deallocate() }
    }

    /// Bytes taken by the pages and their directory.
    var byteCount: Int { pages.count * (PagedBitmap.pageWords * 8 + 48) }

    /// Adds a value; false when it was there already.
    @inline(__always)
    func insert(_ value: Int64) -> Bool {
        let page = page(value >> PagedBitmap.pageBits)
        let bit = Int(value & 0xFFFF)
        let mask: UInt64 = 1 << UInt64(bit & 63)
        let word = page[bit >> 6]
        page[bit >> 6] = word | mask
        return word & mask == 0
    }

    /// Whether a value is there.
    func contains(_ value: Int64) -> Bool {
        guard let page = pages[value >> PagedBitmap.pageBits] else { return false }
        let bit = Int(value & 0xFFFF)
        return page[bit >> 6] & 1 << UInt64(bit & 63) != 0
    }

    var isEmpty: Bool { pages.isEmpty }

    /// The numbers of the pages that hold values, ascending.
    var pageNumbers: [Int64] { pages.keys.sorted() }

    /// The values of a page as intervals, ascending.
    func intervals(ofPage number: Int64) -> [IDInterval<Int64>] {
        guard let page = pages[number] else { return [] }
        var intervals: [IDInterval<Int64>] = []
        let base = number << PagedBitmap.pageBits
        var bit = 0
        let end = PagedBitmap.pageWords * 64
        while let first = PagedBitmap.next(from: bit, in: page, flipped: 0) {
            let after = PagedBitmap.next(from: first, in: page, flipped: .max) ?? end
            intervals.append(IDInterval(first: base | Int64(first), last: base | Int64(after - 1)))
            bit = after
        }
        return intervals
    }

    /// The first bit that is 1, from a bit on, once all are flipped by a mask.
    private static func next(from bit: Int, in page: UnsafeMutablePointer<UInt64>, flipped: UInt64) -> Int? {
        guard bit < pageWords * 64 else { return nil }
        var index = bit >> 6
        var word = (page[index] ^ flipped) & (.max << UInt64(bit & 63))
        while word == 0 {
            index += 1
            guard index < pageWords else { return nil }
            word = page[index] ^ flipped
        }
        return index << 6 + word.trailingZeroBitCount
    }

    /// The values in a range, from its beginning, ascending.
    package func positions(in range: Range<Int64>) -> [Int] {
        var result: [Int] = []
        var value = range.lowerBound
        while value < range.upperBound {
            let number = value >> PagedBitmap.pageBits
            let pageEnd = min(range.upperBound, (number + 1) << PagedBitmap.pageBits)
            guard let page = pages[number] else {
                value = pageEnd
                continue
            }
            while value < pageEnd {
                let bit = Int(value & 0xFFFF)
                let word = page[bit >> 6] >> UInt64(bit & 63)
                if word == 0 {
                    value = min(pageEnd, value + Int64(64 - (bit & 63)))
                } else {
                    value += Int64(word.trailingZeroBitCount)
                    guard value < pageEnd else { break }
                    result.append(Int(value - range.lowerBound))
                    value += 1
                }
            }
        }
        return result
    }

    /// Calls the body with each value, in no particular order.
    func forEach(_ body: (Int64) throws -> Void) rethrows {
        for (number, page) in pages {
            for index in 0..<PagedBitmap.pageWords {
                var word = page[index]
                while word != 0 {
                    try body(number << PagedBitmap.pageBits | Int64(index << 6 + word.trailingZeroBitCount))
                    word &= word - 1
                }
            }
        }
    }

    @inline(__always)
    private func page(_ number: Int64) -> UnsafeMutablePointer<UInt64> {
        if number == lastNumber, let lastPage { return lastPage }
        return findPage(number)
    }

    private func findPage(_ number: Int64) -> UnsafeMutablePointer<UInt64> {
        let found: UnsafeMutablePointer<UInt64>
        if let page = pages[number] {
            found = page
        } else {
            found = .allocate(capacity: PagedBitmap.pageWords)
            found.initialize(repeating: 0, count: PagedBitmap.pageWords)
            pages[number] = found
        }
        lastNumber = number
        lastPage = found
        return found
    }
}
