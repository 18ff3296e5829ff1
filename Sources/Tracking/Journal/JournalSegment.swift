import StorageIO
import Essentials
import Synchronization

/// The file that a journal is being appended to. What has been appended survives the process, however it ends.
///
/// Where the file system can preallocate space, a range of the file is mapped, and its pages are touched before they
/// are needed: an append then copies bytes to the mapped memory and waits for nothing. Elsewhere, and for large
/// records, an append is one system call, which takes several times as long when it has to allocate.
///
/// The mapped range extends beyond the last record; those bytes are zeros until ``close(at:)`` cuts them off.
struct JournalSegment {
    private static let stretchBytes = 1 << 20
    /// A larger record would use up the mapped range.
    private static let largestMapped = 1 << 16

    private let descriptor: Int32
    private let isDurable: Bool
    private var mayMap: Bool
    private var stretch: UnsafeMutableRawBufferPointer?
    private var stretchStart: Int64 = 0

    /// - Parameter isDurable: waits for the disk with every append.
    init(path: String, isDurable: Bool) throws(TrackingError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TrackingError(systemError: errno, path) }
        self.isDurable = isDurable
        mayMap = !isDurable
    }

    /// Writes a record, which starts with the eight bytes of its header.
    /// - Returns: an `errno`, 0 for success. After a failure, some of the record may be there.
    mutating func append(_ record: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        if let target = room(record.count, at: offset) {
            // The header first: if the process ends here, the record counts as cut off, with zeros after it.
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: record[..<JournalFiles.recordHeader]))
            atomicMemoryFence(ordering: .releasing)
            UnsafeMutableRawBufferPointer(rebasing: target[JournalFiles.recordHeader...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: record[JournalFiles.recordHeader...]))
            return 0
        }
        var done = 0
        while done < record.count {
            let rest = UnsafeRawBufferPointer(rebasing: record[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            done += count
        }
        return isDurable && fdatasync(descriptor) != 0 ? errno : 0
    }

    /// Cuts off what follows the last whole record.
    /// - Returns: false when that fails.
    mutating func cut(at end: Int64) -> Bool {
        unmap()
        return ftruncate(descriptor, off_t(end)) == 0
    }

    /// - Parameter end: of the last record.
    mutating func close(at end: Int64) {
        if stretch != nil { _ = cut(at: end) }
        Essentials.close(descriptor)
    }

    // MARK: Room ahead

    /// The address of a record in the mapped range; nil when it has to be written by a system call.
    private mutating func room(_ count: Int, at offset: Int64) -> UnsafeMutableRawBufferPointer? {
        guard mayMap, count <= Self.largestMapped else { return nil }
        if let location = location(count, at: offset) { return location }
        map(at: offset)
        return location(count, at: offset)
    }

    private func location(_ count: Int, at offset: Int64) -> UnsafeMutableRawBufferPointer? {
        guard let stretch, offset >= stretchStart, offset - stretchStart + Int64(count) <= Int64(stretch.count) else {
            return nil
        }
        let start = Int(offset - stretchStart)
        return UnsafeMutableRawBufferPointer(rebasing: stretch[start..<start + count])
    }

    private mutating func unmap() {
        if let stretch { munmap(stretch.baseAddress, stretch.count) }
        stretch = nil
    }

    /// Maps the range from a record's start on. After a failure no other attempt is made in this segment, and the space
    /// is released.
    private mutating func map(at offset: Int64) {
        unmap()
        let pageBytes = Int64(sysconf(Int32(_SC_PAGESIZE)))
        let start = offset / pageBytes * pageBytes
        if let memory = MappedFile.ahead(descriptor, from: start, count: Self.stretchBytes) {
            stretch = memory
            stretchStart = start
        } else {
            _ = ftruncate(descriptor, off_t(offset))
            mayMap = false
        }
    }
}
