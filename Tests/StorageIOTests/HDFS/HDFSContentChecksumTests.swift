import CChecksums
import StorageIO
import TestSupport
import Testing

@Suite struct HDFSContentChecksumTests {
    private func sum(_ bytes: [UInt8], portable: Bool = false) -> UInt32 {
        portable
            ? checksums_crc32c_portable(0, bytes, bytes.count) : checksums_crc32c(0, bytes, bytes.count)
    }

    /// RFC 3720, appendix B.4, and the check value of CRC-32C in the catalogue of parametrised CRC algorithms.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func knownValues(bytes: [UInt8], expected: UInt32) {
        #expect(sum(bytes) == expected)
        #expect(sum(bytes, portable: true) == expected)
    }

    @Test func bothWaysAgreeAndGoOn() {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for _ in 0..<300 {
            let start = Int.random(in: 0..<64, using: &generator)
            let part = Array(bytes[start..<Int.random(in: start...5_000, using: &generator)])
            let middle = Int.random(in: 0...part.count, using: &generator)
            #expect(sum(part) == sum(part, portable: true))
            let first = Array(part[..<middle]), second = Array(part[middle...])
            #expect(checksums_crc32c(sum(first), second, second.count) == sum(part))
            #expect(checksums_crc32c_portable(sum(first), second, second.count) == sum(part))
        }
    }

    @Test func chunksAreSummedOneByOne() {
        let bytes = (0..<1_300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var sums = [UInt8](repeating: 0, count: 12)
        checksums_crc32c_chunks(bytes, bytes.count, 512, &sums)
        let expected = [0..<512, 512..<1_024, 1_024..<1_300].flatMap { range -> [UInt8] in
            let value = sum(Array(bytes[range]), portable: true)
            return (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        }
        #expect(sums == expected)
    }
}
