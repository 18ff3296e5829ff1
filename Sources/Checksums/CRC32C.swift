import CChecksums

/// CRC-32C: Castagnoli's polynomial, reflected, as iSCSI, HDFS and ext4 use it.
package enum CRC32C {
    package static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        let contiguous = bytes.withContiguousStorageIfAvailable { checksum(UnsafeRawBufferPointer($0)) }
        return contiguous ?? Array(bytes).withUnsafeBytes { checksum($0) }
    }

    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        checksums_crc32c(0, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
    }
}
