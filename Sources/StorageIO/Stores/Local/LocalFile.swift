import Essentials
import Parallelism

/// A file of a local store that stays open while it is read.
final class LocalFile: Sendable {
    let size: Int64
    let path: String
    private let entityTag: String
    private let descriptor: Int32

    /// - Parameters:
    ///   - descriptor: of the open file, which owns it.
    ///   - expected: the entity tag of the required version; nil for any.
    /// - Throws: ``ObjectStoreError/Code/notFound`` for anything but a regular file;
    ///   ``ObjectStoreError/Code/modified``.
    init(path: String, descriptor: Int32, matching expected: String?) throws(ObjectStoreError) {
        self.path = path
        self.descriptor = descriptor
        let status: stat
        do throws(ObjectStoreError) {
            status = try SystemCalls.status(of: descriptor, path: path)
            guard status.isRegularFile else { throw ObjectStoreError(errno: ENOENT, path: path) }
            try status.entityTag.check(against: expected, location: path)
        } catch {
            close(descriptor)
            throw error
        }
        size = Int64(status.st_size)
        entityTag = status.entityTag
    }

    deinit { close(descriptor) }

    func read(_ range: Range<Int64>) throws(ObjectStoreError) -> [UInt8] {
        try SystemCalls.read(descriptor, at: range.lowerBound, count: range.count, path: path)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ObjectStoreError) {
        try SystemCalls.read(descriptor, into: buffer, at: offset, path: path)
    }

    /// - Parameter parts: at most ``PartDigests/lanes``.
    func digests(of parts: [Range<Int64>], withSHA256: Bool) async throws -> [PartDigest] {
        try await onDedicatedThread(named: "digests") { [self] flag in
            try PartDigests.compute(parts, withSHA256: withSHA256, flag: flag) { try read(into: $0, at: $1) }
        }
    }

    /// The MD5 sums of all its parts, in order.
    func md5(ofParts partSize: Int64) async throws -> [[UInt8]] {
        let ranges = RangeSequence(size: size, step: partSize)
        var sums: [[UInt8]] = []
        while true {
            let group = await ranges.next(PartDigests.lanes)
            if group.isEmpty { return sums }
            sums += try await digests(of: group, withSHA256: false).map(\.md5)
        }
    }

    /// - Throws: ``ObjectStoreError/Code/modified`` when the file has been written to since it was opened.
    func checkUnchanged() throws(ObjectStoreError) {
        try SystemCalls.status(of: descriptor, path: path).entityTag.check(against: entityTag, location: path)
    }
}
