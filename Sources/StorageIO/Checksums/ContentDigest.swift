import Crypto
import Parallelism

/// Computes a checksum of the form that stores keep, chunk by chunk.
package struct ContentDigest: Sendable {
    private let partSize: Int64?
    private var current = Insecure.MD5()
    private var currentCount: Int64 = 0
    private var parts: [[UInt8]] = []

    /// - Parameter checksum: one whose form the result should have; nil for MD5 of the whole.
    package init(like checksum: StoredChecksum?) {
        partSize = if case .md5OfParts(_, let size) = checksum, size > 0 { size } else { nil }
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while let partSize, currentCount + Int64(rest.count) > partSize {
            let count = Int(partSize - currentCount)
            current.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            rest = rest.dropFirst(count)
            closePart()
        }
        current.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest))
        currentCount += Int64(rest.count)
    }

    package consuming func finish() -> StoredChecksum {
        guard let partSize else { return .md5(Digests.hexadecimal(current.finalize())) }
        if currentCount > 0 || parts.isEmpty { closePart() }
        return .md5OfParts(sums: parts, partSize: partSize)
    }

    /// The MD5 sums of the parts.
    consuming func finishParts() -> [[UInt8]] {
        if currentCount > 0 { closePart() }
        return parts
    }

    private mutating func closePart() {
        parts.append(Array(current.finalize()))
        current = Insecure.MD5()
        currentCount = 0
    }
}

extension ContentDigest {
    /// The same, including the next chunk; computed off the cooperative pool when it takes more than a moment.
    func updated(_ bytes: [UInt8]) async throws -> ContentDigest {
        bytes.count <= Digests.briefly ? including(bytes) : try await BlockingPool.files.run { including(bytes) }
    }

    private func including(_ bytes: [UInt8]) -> ContentDigest {
        var digest = self
        digest.update(bytes)
        return digest
    }
}

extension StoredChecksum {
    /// - Parameter sums: the MD5 sums of the parts, in order.
    static func md5OfParts(sums: [[UInt8]], partSize: Int64) -> StoredChecksum {
        .md5OfParts("\(Digests.hexadecimal(Digests.md5(Array(sums.joined()))))-\(sums.count)", partSize: partSize)
    }
}
