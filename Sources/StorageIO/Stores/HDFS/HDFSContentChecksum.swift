import CChecksums
import Crypto
import Essentials

/// HDFS's checksum of a file, computed from the content: MD5 over the MD5 sums of its blocks, each over the CRC-32C
/// sums of the block's chunks of 512 bytes (`MD5MD5CRC32CastagnoliFileChecksum` in Hadoop's sources).
struct HDFSContentChecksum: Sendable, Hashable {
    private static let chunkSize = 512

    /// MD5 sums of the blocks, 16 bytes each.
    private var blockSums: [UInt8] = []

    init() {}

    /// Appends a part of the content that begins with a block.
    /// - Parameter blockSize: Bytes; a multiple of the chunks' size.
    mutating func append(_ bytes: [UInt8], blockSize: Int64) {
        let blockSize = Int(clamping: max(Int64(Self.chunkSize), blockSize))
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + blockSize)
            let chunks = (end - start + Self.chunkSize - 1) / Self.chunkSize
            blockSums += Self.digest(Self.chunkSums(bytes[start..<end], chunks: chunks))
            start = end
        }
    }

    /// Appends the blocks of another file's content.
    mutating func append(_ other: HDFSContentChecksum) { blockSums += other.blockSums }

    /// Whether a server's checksum is that of this content; nil if it is of a kind that is not computed here, such as
    /// with other chunk sizes, or of no content.
    func matches(_ checksum: WebHDFSFileChecksum) -> Bool? {
        guard !blockSums.isEmpty, checksum.algorithm.hasPrefix("MD5-of-"),
            checksum.algorithm.hasSuffix("MD5-of-\(Self.chunkSize)CRC32C"), checksum.length == 28
        else { return nil }
        // Bytes of a chunk (4), sums of a full block (8), MD5 (16).
        let found = checksum.digits.dropFirst(24)
        // Hadoop digests its whole buffer, which doubles from 32 bytes; the unused rest is zeros.
        var padded = 32
        while padded < blockSums.count { padded *= 2 }
        let asHadoop = Self.digest(blockSums + [UInt8](repeating: 0, count: padded - blockSums.count))
        return found == Self.hexadecimal(asHadoop) || found == Self.hexadecimal(Self.digest(blockSums))
    }

    /// The CRC-32C sums of the chunks, 4 bytes each, the most significant first.
    private static func chunkSums(_ bytes: ArraySlice<UInt8>, chunks: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: chunks * 4) { sums, count in
            bytes.withUnsafeBufferPointer { bytes in
                checksums_crc32c_chunks(bytes.baseAddress, bytes.count, chunkSize, sums.baseAddress)
            }
            count = chunks * 4
        }
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: bytes)) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
