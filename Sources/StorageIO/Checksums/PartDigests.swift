import CStorageKernels
import Crypto
package import Parallelism

/// Checksums of one part of a file.
package struct PartDigest: Sendable, Equatable {
    /// 16 bytes.
    package var md5: [UInt8]
    /// 64 hexadecimal digits; nil if it was not requested.
    package var sha256: String?
}

/// Checksums of several parts of a file at a time.
///
/// MD5 is a chain of dependent steps that leaves most of a processor idle; eight parts in parallel take hardly more
/// time than one.
package enum PartDigests {
    /// Parts that are best computed together.
    package static let lanes = Int(MD5_LANES)
    /// Bytes of each part at once: eight of them fit into the L2 cache.
    private static let stripBytes = 1 << 16
    private static let blockBytes: Int64 = 64

    /// - Parameters:
    ///   - parts: at most ``lanes``.
    ///   - flag: checked now and then.
    ///   - read: fills a buffer with the file's bytes from an offset on.
    /// - Returns: the parts' digests, in the same order.
    /// - Throws: what `read` throws; `CancellationError`.
    package static func compute(
        _ parts: [Range<Int64>], withSHA256: Bool = false, flag: CancellationFlag,
        read: (_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int64) throws -> Void
    ) throws -> [PartDigest] {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, parts.count) * stripBytes, alignment: Int(blockBytes))
        defer { memory.deallocate() }
        var lanes = parts.enumerated().map { index, part in
            Lane(
                index: index, rest: part, sha256: withSHA256 ? SHA256() : nil,
                strip: UnsafeMutableRawBufferPointer(rebasing: memory[index * stripBytes..<(index + 1) * stripBytes]))
        }
        var digests = parts.map { _ in PartDigest(md5: []) }
        while !lanes.isEmpty {
            try flag.check()
            // As many whole blocks as all parts have.
            let shortest = lanes.reduce(Int64(stripBytes)) { min($0, Int64($1.rest.count)) }
            let blocks = Int(shortest / blockBytes)
            if blocks > 0 {
                for lane in lanes.indices { try lanes[lane].fill(blocks * Int(blockBytes), read) }
                advance(&lanes, blocks)
            }
            for lane in lanes where lane.rest.count < blockBytes { digests[lane.index] = try lane.finished(read) }
            lanes.removeAll { $0.rest.count < blockBytes }
        }
        return digests
    }

    private static func advance(_ lanes: inout [Lane], _ blocks: Int) {
        var states = lanes.map(\.state)
        var data = lanes.map { $0.strip.bindMemory(to: UInt8.self).baseAddress.map { UnsafePointer($0) } }
        md5_update(&states, &data, states.count, blocks)
        for lane in lanes.indices { lanes[lane].state = states[lane] }
    }

    /// One part in progress.
    private struct Lane {
        let index: Int
        var rest: Range<Int64>
        var sha256: SHA256?
        /// The buffer that its bytes are read into.
        let strip: UnsafeMutableRawBufferPointer
        /// As RFC 1321, section 3.3 has it.
        var state = md5_state(words: (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476))
        var byteCount: UInt64 = 0

        mutating func fill(_ count: Int, _ read: (UnsafeMutableRawBufferPointer, Int64) throws -> Void) throws {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: strip[..<count])
            try read(bytes, rest.lowerBound)
            sha256?.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            rest = rest.lowerBound + Int64(count)..<rest.upperBound
            byteCount += UInt64(count)
        }

        /// Takes the last bytes, fewer than a block, and pads them (section 3.1 and 3.2).
        func finished(_ read: (UnsafeMutableRawBufferPointer, Int64) throws -> Void) throws -> PartDigest {
            var lane = self
            let count = rest.count
            if count > 0 { try lane.fill(count, read) }
            let padded = count < 56 ? 64 : 128
            for index in count..<padded { strip[index] = 0 }
            strip[count] = 0x80
            strip.storeBytes(of: (lane.byteCount &* 8).littleEndian, toByteOffset: padded - 8, as: UInt64.self)
            var data = strip.bindMemory(to: UInt8.self).baseAddress.map { UnsafePointer($0) }
            md5_update(&lane.state, &data, 1, padded / 64)
            return PartDigest(
                md5: withUnsafeBytes(of: lane.state) { Array($0) },
                sha256: lane.sha256.map { Digests.hexadecimal($0.finalize()) })
        }
    }
}
