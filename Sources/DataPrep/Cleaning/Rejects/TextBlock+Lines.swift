import Essentials
import StorageIO

extension TextBlock {
    /// The number of lines, which end with line feeds.
    var lineCount: Int {
        var count = 0
        forEachLine { _, _ in
            count += 1
            return true
        }
        return count
    }

    /// Lines without their ends, cut after so many bytes.
    /// - Parameter lines: counted from the block's first, ascending.
    func texts(ofLines lines: [Int], limit: Int) -> [String] {
        var texts: [String] = []
        forEachLine { line, bytes in
            guard texts.count < lines.count else { return false }
            if line == lines[texts.count] { texts.append(TextBlock.text(bytes, limit: limit)) }
            return true
        }
        return texts
    }

    /// The text of a line, cut after so many bytes.
    static func text(_ bytes: UnsafeRawBufferPointer, limit: Int) -> String {
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        guard end > limit else { return String(decoding: bytes[..<end], as: UTF8.self) }
        // Never within a character.
        end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// Calls the body with each line, without its line feed, until the body returns false.
    private func forEachLine(_ body: (_ line: Int, _ bytes: UnsafeRawBufferPointer) -> Bool) {
        var line = 0, isDone = false
        forEachChunk { base, range in
            var start = range.lowerBound
            while !isDone, start < range.upperBound {
                let found = memchr(base + start, Int32(UInt8(ascii: "\n")), range.upperBound - start)
                let end =
                    found.map { base.distance(to: UnsafePointer($0.assumingMemoryBound(to: UInt8.self))) }
                    ?? range.upperBound
                isDone = !body(line, UnsafeRawBufferPointer(start: base + start, count: end - start))
                line += 1
                start = end + 1
            }
        }
    }
}
