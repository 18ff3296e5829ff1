import Parallelism

/// The content of an input from its first byte to its last, in chunks; decompressed when its first bytes are those of
/// gzip or zstd. Some chunks are read ahead.
package actor ByteChunks {
    private let input: any RandomAccessInput
    private let chunkBytes: Int
    private let failure: any TextInputError.Type
    private let stored: OrderedReadAhead<Range<Int64>, [UInt8]>
    private var decompression: Decompression?
    private var hasBegun = false
    /// How many bytes of the stored input have been taken.
    package private(set) var storedBytesTaken: Int64 = 0

    /// - Parameters:
    ///   - chunkBytes: the size of chunks, before and after decompression.
    ///   - failure: the error of the text's format.
    package init(
        _ input: any RandomAccessInput, chunkBytes: Int, readAhead: Int = 3,
        failure: any TextInputError.Type = CSVError.self
    ) {
        self.input = input
        self.chunkBytes = chunkBytes
        self.failure = failure
        let ranges = RangeSequence(size: input.size, step: Int64(chunkBytes))
        stored = OrderedReadAhead(width: readAhead) {
            await ranges.next()
        } work: { range in
            try await input.read(range)
        }
    }

    /// The next chunk, nil at the end; never empty.
    /// - Throws: the format's error for a damaged or truncated compressed file, and for archives and files of other
    ///   formats; or the input's error.
    package func next() async throws -> [UInt8]? {
        guard let decompression = try await begun() else { return try await nextStored() }
        while true {
            if decompression.needsInput {
                guard let bytes = try await nextStored() else { break }
                decompression.feed(bytes)
            }
            let produced = try await decompressed(by: decompression)
            if !produced.isEmpty {
                if !hasContent,
                    let found = ForeignContent.nameOfDecompressed(
                        head: produced, nameOfOtherText: failure.nameOfOtherText)
                {
                    throw failure.noText(file: input.name, found: found)
                }
                hasContent = true
                return produced
            }
        }
        return nil
    }

    /// Ends reading ahead.
    package func cancel() async { await stored.cancel() }

    private var first: [UInt8]?
    /// Whether decompressed bytes have been seen.
    private var hasContent = false

    /// The decompression that the first bytes call for.
    private func begun() async throws -> Decompression? {
        if !hasBegun {
            hasBegun = true
            first = try await stored.next()
            if let first, let compression = StreamCompression(head: first) {
                do {
                    decompression = Decompression(try compression.makeDecompressor())
                } catch {
                    throw failure.compression(file: input.name, error: error)
                }
            } else if let first, let found = ForeignContent.name(head: first) {
                throw failure.noText(file: input.name, found: found)
            }
        }
        return decompression
    }

    private func nextStored() async throws -> [UInt8]? {
        let bytes: [UInt8]?
        if let begun = first {
            first = nil
            bytes = begun
        } else {
            bytes = try await stored.next()
        }
        storedBytesTaken += Int64(bytes?.count ?? 0)
        return bytes
    }

    private func decompressed(by decompression: Decompression) async throws -> [UInt8] {
        let isLast = storedBytesTaken == input.size
        do {
            return try await onDedicatedThread(named: "decompress") { [chunkBytes] _ in
                try decompression.take(upTo: chunkBytes, isLastInput: isLast)
            }
        } catch let error as CompressionError {
            throw failure.compression(file: input.name, error: error)
        }
    }
}

/// A decompressor with the compressed bytes that it has not used yet.
///
/// `@unchecked Sendable` invariant: ``ByteChunks`` calls one method at a time and awaits its end.
private final class Decompression: @unchecked Sendable {
    private let decompressor: any StreamDecompressor
    private var compressed: [UInt8] = []
    private var position = 0
    private var isDrained = true

    init(_ decompressor: any StreamDecompressor) { self.decompressor = decompressor }

    var needsInput: Bool { isDrained && position == compressed.count }

    func feed(_ bytes: [UInt8]) {
        compressed = bytes
        position = 0
        isDrained = false
    }

    /// Up to `limit` bytes of content; fewer once the current input is used up.
    func take(upTo limit: Int, isLastInput: Bool) throws -> [UInt8] {
        let content = try [UInt8](unsafeUninitializedCapacity: limit) { output, count in
            try compressed.withUnsafeBytes { input in
                while count < limit {
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: output[count...]))
                    let (consumed, produced) = try decompressor.decompress(
                        UnsafeRawBufferPointer(rebasing: input[position...]), into: rest)
                    position += consumed
                    count += produced
                    if consumed == 0 && produced == 0 { break }
                }
            }
        }
        // A full output may leave content inside the decompressor even when all input is used.
        isDrained = content.count < limit
        if isDrained {
            position = compressed.count
            if isLastInput { try decompressor.finish() }
        }
        return content
    }
}
