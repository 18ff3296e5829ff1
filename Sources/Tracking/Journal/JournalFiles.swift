import Essentials

/// The files of one journal in a folder.
///
/// - `NAME.lock`: locked by the process that writes or delivers the journal; removed when everything is delivered.
/// - `NAME.00000001.journal`, …: what was logged, in segments. Records follow one another: length of the payload and
///   CRC-32C of the payload, four bytes each, least significant first, then the payload, an entry. Zeros may follow the last one.
/// - `NAME.progress`: how far it has been delivered; see ``JournalProgress``.
/// - `NAME.files`: copies of files that are to be delivered; see ``JournalCopies``.
/// - `NAME.rejected`: what the destination refused, one JSON object a line; `NAME.rejected-files` the files that it refused.
struct JournalFiles: Sendable, Hashable {
    /// Absolute.
    let folder: String
    let name: String

    static let recordHeader = 8
    /// No entry is larger.
    static let maximumPayload = 64 << 20

    var lock: String { "\(folder)/\(name).lock" }
    var progress: String { "\(folder)/\(name).progress" }
    var rejected: String { "\(folder)/\(name).rejected" }
    var copies: String { "\(folder)/\(name).files" }
    var rejectedCopies: String { "\(folder)/\(name).rejected-files" }

    func segment(_ number: Int) -> String {
        "\(folder)/\(name).\(number.zeroPadded(to: 8)).journal"
    }

    /// The numbers of the segments that are there, ascending.
    func segments() throws(TrackingError) -> [Int] {
        try Self.names(in: folder).compactMap { file in
            guard file.hasPrefix("\(name)."), file.hasSuffix(".journal") else { return nil }
            return Int(file.dropFirst(name.count + 1).dropLast(".journal".count))
        }.sorted()
    }

    /// The journals in a folder that hold anything.
    static func all(in folder: String) throws(TrackingError) -> [JournalFiles] {
        let folder = TrackingURI.absolute(folder)
        return try names(in: folder).filter { $0.hasSuffix(".lock") }.sorted().map {
            JournalFiles(folder: folder, name: String($0.dropLast(".lock".count)))
        }
    }

    /// Removes everything but what was refused. The lock is removed last: without it the other files would not be
    /// found.
    func remove() {
        for number in (try? segments()) ?? [] { unlink(segment(number)) }
        unlink(progress)
        try? FileManager.default.removeItem(atPath: copies)
        unlink(lock)
    }

    private static func names(in folder: String) throws(TrackingError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw TrackingError(.notFound, folder, "is no folder that can be read")
        }
    }
}

/// A position in a journal.
struct JournalPosition: Hashable, Comparable, Sendable, Codable {
    var segment: Int
    /// Bytes from the segment's start.
    var offset: Int64

    static let start = JournalPosition(segment: 1, offset: 0)

    static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}

/// The right to write and deliver a journal, held until the value is released or the process ends, however it ends.
final class JournalLock: Sendable {
    private let descriptor: Int32

    /// Nil when another process holds it.
    init?(_ files: JournalFiles, creating: Bool) throws(TrackingError) {
        let descriptor = open(files.lock, O_RDWR | O_CLOEXEC | (creating ? O_CREAT | O_EXCL : 0), 0o600)
        guard descriptor >= 0 else {
            if !creating, errno == ENOENT { return nil }
            throw TrackingError(systemError: errno, files.lock)
        }
        // Checked again: the previous holder may just have removed the journal.
        var ours = stat()
        var current = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &ours) == 0,
            stat(files.lock, &current) == 0, ours.st_ino == current.st_ino
        else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

extension TrackingError {
    /// A failed call of the operating system.
    init(systemError number: Int32, _ path: String) {
        let text = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT, EFBIG: self.init(.noSpace, path, "cannot grow: \(text)")
        case EACCES, EPERM, EROFS: self.init(.readOnly, path, "may not be written: \(text)")
        case ENOENT: self.init(.notFound, path, text)
        default: self.init(.unavailable, path, text)
        }
    }
}
