import Checksums
package import StorageIO

/// Writes a set of ids, interval by interval in ascending order. One task writes at a time.
package actor KeptIDsWriter<ID: KeptID> {
    private let output: any ObjectWriter
    private var waiting: IDInterval<ID>?
    private var block: [UInt8] = []
    private var blockFirst: ID = 0
    private var blockLast: ID = 0
    private var index: [KeptIDsFormat<ID>.Block] = []
    private var offset = UInt64(KeptIDsFormat<ID>.headerSize)
    private var hasBegun = false
    package private(set) var count: UInt64 = 0

    package init(to output: any ObjectWriter) { self.output = output }

    /// - Parameter intervals: ascending, and past those written before.
    package func append(_ intervals: [IDInterval<ID>]) async throws {
        for interval in intervals {
            count += interval.count
            guard let last = waiting else {
                waiting = interval
                continue
            }
            if last.last < .max, last.last + 1 == interval.first {
                waiting?.last = interval.last
            } else {
                encode(last)
                waiting = interval
                if block.count >= KeptIDsFormat<ID>.blockBytes { try await writeBlock() }
            }
        }
    }

    /// Makes the file visible.
    /// - Returns: its bytes.
    package func finish() async throws -> Int64 {
        if let last = waiting { encode(last) }
        waiting = nil
        try await writeBlock()
        if !hasBegun { try await output.write(KeptIDsFormat<ID>.header) }
        var end: [UInt8] = []
        for block in index {
            end += KeptIDsFormat<ID>.bytes(block.first) + KeptIDsFormat<ID>.bytes(block.last)
            end += KeptIDsFormat<ID>.bytes(block.offset) + KeptIDsFormat<ID>.bytes(block.byteCount)
            end += KeptIDsFormat<ID>.bytes(block.checksum)
        }
        end +=
            KeptIDsFormat<ID>.bytes(offset) + KeptIDsFormat<ID>.bytes(UInt64(index.count))
            + KeptIDsFormat<ID>.bytes(count)
        end += KeptIDsFormat<ID>.bytes(CRC32C.checksum(end)) + KeptIDsFormat<ID>.endMagic
        try await output.write(end)
        try await output.finish()
        return Int64(offset) + Int64(end.count)
    }

    /// Drops the file; harmless after ``finish()``.
    package func abort() async { await output.abort() }

    private func encode(_ interval: IDInterval<ID>) {
        if block.isEmpty {
            blockFirst = interval.first
            KeptIDsFormat<ID>.append(0, to: &block)
        } else {
            KeptIDsFormat<ID>.append(ID.Magnitude(truncatingIfNeeded: interval.first &- blockLast) - 1, to: &block)
        }
        KeptIDsFormat<ID>.append(ID.Magnitude(truncatingIfNeeded: interval.last &- interval.first), to: &block)
        blockLast = interval.last
    }

    private func writeBlock() async throws {
        guard !block.isEmpty else { return }
        if !hasBegun { try await output.write(KeptIDsFormat<ID>.header) }
        hasBegun = true
        let bytes = block
        block = []
        index.append(
            KeptIDsFormat<ID>.Block(
                first: blockFirst, last: blockLast, offset: offset, byteCount: UInt32(bytes.count),
                checksum: CRC32C.checksum(bytes)))
        offset += UInt64(bytes.count)
        try await output.write(bytes)
    }
}
