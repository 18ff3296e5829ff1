import Essentials
import Parallelism

/// Buffers small writes, and does file calls on the pool for blocking work.
actor LocalObjectWriter: DigestingObjectWriter {
    /// Large enough to make the system call comparatively cheap.
    private static let bufferSize = 1 << 18

    private let file: UnfinishedFile
    private var buffer: [UInt8] = []

    init(file: UnfinishedFile) { self.file = file }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        if buffer.count + bytes.count < Self.bufferSize {
            buffer.append(contentsOf: bytes)
            return
        }
        let gathered = takeBuffer()
        try await BlockingPool.files.run { [file] in
            try file.append(gathered)
            try file.append(bytes)
        }
    }

    func write(_ bytes: [UInt8], at offset: Int64) async throws {
        try Task.checkCancellation()
        try await BlockingPool.files.run { [file] in try file.write(bytes, at: offset) }
    }

    func digests(of parts: [Range<Int64>]) async throws -> [PartDigest] {
        try await onDedicatedThread(named: "digests") { [file] flag in
            try PartDigests.compute(parts, flag: flag) { try file.read(into: $0, at: $1) }
        }
    }

    func updated(_ digest: ContentDigest, with range: Range<Int64>) async throws -> ContentDigest {
        try await onDedicatedThread(named: "digests") { [file] flag in
            let strip = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
            defer { strip.deallocate() }
            var digest = digest, position = range.lowerBound
            while position < range.upperBound {
                try flag.check()
                let count = Int(min(Int64(strip.count), range.upperBound - position))
                let bytes = UnsafeMutableRawBufferPointer(rebasing: strip[..<count])
                try file.read(into: bytes, at: position)
                digest.update(UnsafeRawBufferPointer(bytes))
                position += Int64(count)
            }
            return digest
        }
    }

    func finish() async throws {
        try Task.checkCancellation()
        let gathered = takeBuffer()
        try await BlockingPool.files.run { [file] in
            try file.append(gathered)
            try file.publish()
        }
    }

    func abort() async {
        buffer = []
        // Discarding reports no errors: what cannot be removed now is later recognised as unfinished.
        _ = try? await BlockingPool.files.run { [file] in file.discard() }
    }

    private func takeBuffer() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }
}
