/// The compression of a file, detected by its first bytes.
package enum StreamCompression: Sendable, Hashable {
    case gzip
    case zstd

    /// What `head` (at least the first 4 bytes of a file, where it has so many) shows; nil for anything else.
    ///
    /// Skippable frames, which pzstd and others write first, are skipped as far as `head` reaches; a head that ends
    /// within them is taken for zstd.
    package init?(head: some Collection<UInt8>) {
        var rest = head[...]
        var hasSkipped = false
        while let size = Self.skippableFrameSize(rest) {
            hasSkipped = true
            rest = rest.dropFirst(size)
        }
        let start = Array(rest.prefix(4))
        if start == [0x28, 0xB5, 0x2F, 0xFD] || (hasSkipped && start.count < 4) {
            self = .zstd
        } else if start.starts(with: [0x1F, 0x8B]), !hasSkipped {
            self = .gzip
        } else {
            return nil
        }
    }

    package func makeDecompressor() throws(CompressionError) -> any StreamDecompressor {
        switch self {
        case .gzip: try GzipDecompressor()
        case .zstd: try ZstdDecompressor()
        }
    }

    /// Bytes of the skippable frame (RFC 8878, 3.1.2) that the bytes begin with; nil if they do not begin with one.
    private static func skippableFrameSize(_ bytes: some Collection<UInt8>) -> Int? {
        let header = Array(bytes.prefix(8))
        guard header.count == 8, header[0] & 0xF0 == 0x50, header[1...3].elementsEqual([0x2A, 0x4D, 0x18]) else {
            return nil
        }
        return 8 + header[4...].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
