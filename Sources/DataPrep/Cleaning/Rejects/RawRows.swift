import Columnar
import Essentials
import Parallelism
import StorageIO

/// Reads the inputs a second time for the text of rows that were rejected.
actor RawRows {
    private let source: CleaningJobSource
    private let names: [String]
    private var job: CleaningJob?
    /// The line, or row, that is the job's first.
    private var firstLine = 0
    private var lineCount = 0

    /// - Parameter names: of the inputs, for messages.
    init(_ source: CleaningJobSource, names: [String]) {
        self.source = source
        self.names = names
    }

    /// The texts of lines of an input; requested in the order of inputs and lines.
    /// - Parameter lines: ascending.
    func texts(input: Int, lines: [Int]) async throws -> [String] {
        var texts: [String] = []
        while texts.count < lines.count {
            try Task.checkCancellation()
            if let job, job.input == input, lines[texts.count] < firstLine + lineCount {
                let wanted = lines[texts.count...].prefix { $0 < firstLine + lineCount }.map { $0 - firstLine }
                texts += try await onDedicatedThread(named: "clean") { _ in job.texts(ofLines: wanted) }
            } else {
                try await advance(towards: input)
            }
        }
        return texts
    }

    private func advance(towards input: Int) async throws {
        let last = job
        if let last, last.input < input { await source.skipRest(ofInput: last.input) }
        guard let next = try await source.next(), next.input <= input else {
            throw ObjectStoreError(
                .modified, location: names[input], message: "a rejected row is missing when the input is read again"
            )
        }
        firstLine = next.input == last?.input ? firstLine + lineCount : next.firstLine
        lineCount = try await onDedicatedThread(named: "clean") { _ in next.lineCount }
        job = next
    }
}

extension CleaningJob {
    /// The number of lines, or rows, in the block.
    fileprivate var lineCount: Int {
        switch content {
        case .text(let block, _):
            var count = 0
            block.forEachLine { _, _ in
                count += 1
                return true
            }
            return count
        case .table(let batch, _): return batch.rowCount
        }
    }

    /// - Parameter lines: counted from the block's first, ascending.
    fileprivate func texts(ofLines lines: [Int]) -> [String] {
        let limit = RejectedRows.rawTextLimit
        switch content {
        case .table(let batch, let parser):
            return parser.texts(ofRows: lines, in: batch, limit: limit)
        case .text(let block, _):
            var texts: [String] = []
            block.forEachLine { line, bytes in
                guard texts.count < lines.count else { return false }
                if line == lines[texts.count] { texts.append(CleaningJob.text(bytes, limit: limit)) }
                return true
            }
            return texts
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, limit: Int) -> String {
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        guard end > limit else { return String(decoding: bytes[..<end], as: UTF8.self) }
        // Never within a character.
        end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}

extension TextBlock {
    /// Calls the body with each line, without its line feed, until the body returns false.
    fileprivate func forEachLine(_ body: (_ line: Int, _ bytes: UnsafeRawBufferPointer) -> Bool) {
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
