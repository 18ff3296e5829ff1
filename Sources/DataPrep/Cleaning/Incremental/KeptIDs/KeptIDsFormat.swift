import Checksums
import StorageIO

/// How a set of ids is stored: ascending intervals in blocks that can be read separately, and an index of
/// the blocks.
///
///     header   "AFKEPTID", version (32 bits: 1 for ids of 64 bits, 2 for 128), 0 (32 bits)
///     blocks   pairs of LEB128 numbers for each interval: how many ids lie between it and the one before, how many ids follow
///              its first; the block's first interval has the first number 0
///     index    for each block: first id, last id, offset (64 bits), bytes, CRC-32C (32 bits each)
///     trailer  offset of the index, number of blocks, number of ids (64 bits each), CRC-32C of index and trailer, "AFID"
///
/// Numbers are little-endian. Consecutive ids take a few bytes per gap, ids far apart six to eight each, those of
/// 128 bits sixteen to nineteen.
enum KeptIDsFormat<ID: KeptID> {
    static var magic: [UInt8] { Array("AFKEPTID".utf8) }
    static var endMagic: [UInt8] { Array("AFID".utf8) }
    static var headerSize: Int { 16 }
    static var trailerSize: Int { 32 }
    static var indexEntrySize: Int { 2 * MemoryLayout<ID>.size + 16 }
    /// Bytes of a block, about.
    static var blockBytes: Int { 1 << 16 }

    /// A block's position and the range of its ids.
    struct Block: Sendable, Hashable {
        var first: ID
        var last: ID
        var offset: UInt64
        var byteCount: UInt32
        var checksum: UInt32
    }

    static var header: [UInt8] { magic + bytes(ID.formatVersion) + bytes(UInt32(0)) }

    static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    static func number<Number: FixedWidthInteger>(_ type: Number.Type, _ bytes: ArraySlice<UInt8>, at offset: Int)
        -> Number
    {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }

    static func append(_ number: ID.Magnitude, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The intervals of a block; nil if its bytes are malformed.
    static func intervals(_ bytes: [UInt8], _ block: Block) -> [IDInterval<ID>]? {
        guard CRC32C.checksum(bytes) == block.checksum else { return nil }
        var intervals: [IDInterval<ID>] = []
        var position = 0
        func number() -> ID.Magnitude? {
            var result: ID.Magnitude = 0, shift = 0
            while position < bytes.count, shift < ID.bitWidth {
                let byte = bytes[position]
                position += 1
                result |= ID.Magnitude(byte & 0x7F) << shift
                if byte < 0x80 { return result }
                shift += 7
            }
            return nil
        }
        var next = ID.Magnitude(truncatingIfNeeded: block.first)
        while position < bytes.count {
            guard let gap = number(), let more = number() else { return nil }
            let first = next &+ gap
            let interval = IDInterval(
                first: ID(truncatingIfNeeded: first), last: ID(truncatingIfNeeded: first &+ more))
            guard interval.first <= interval.last, intervals.last.map({ $0.last < interval.first }) ?? true else {
                return nil
            }
            intervals.append(interval)
            next = first &+ more &+ 1
        }
        guard intervals.first?.first == block.first, intervals.last?.last == block.last else { return nil }
        return intervals
    }
}
