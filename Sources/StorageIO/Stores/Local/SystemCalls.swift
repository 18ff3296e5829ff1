import CStorageKernels
import Essentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file system calls of the local store: interrupted calls are repeated, failures have the path and a code.
enum SystemCalls {
    /// Repeats a call that a signal interrupted.
    /// - Throws: ``ObjectStoreError`` for any other failure (a result of -1).
    @discardableResult
    static func check(_ path: String, _ call: () -> Int32) throws(ObjectStoreError) -> Int32 {
        while true {
            let result = call()
            if result != -1 { return result }
            let code = errno
            if code != EINTR { throw ObjectStoreError(errno: code, path: path) }
        }
    }

    /// The attributes of the file that the path leads to, links followed.
    static func status(_ path: String) throws(ObjectStoreError) -> stat {
        var result = stat()
        try check(path) { stat(path, &result) }
        return result
    }

    /// The attributes of what is at the path itself, a link or a file.
    static func linkStatus(_ path: String) throws(ObjectStoreError) -> stat {
        var result = stat()
        try check(path) { lstat(path, &result) }
        return result
    }

    static func status(of descriptor: Int32, path: String) throws(ObjectStoreError) -> stat {
        var result = stat()
        try check(path) { fstat(descriptor, &result) }
        return result
    }

    /// The path without links; it exists.
    static func realPath(_ path: String) throws(ObjectStoreError) -> String {
        guard let resolved = realpath(path, nil) else { throw ObjectStoreError(errno: errno, path: path) }
        defer { free(resolved) }
        guard let text = String(validatingCString: resolved) else { throw ObjectStoreError(errno: EILSEQ, path: path) }
        return text
    }

    /// Exactly `count` bytes from `offset` on.
    /// - Throws: ``ObjectStoreError/Code/modified`` when the file ends earlier.
    static func read(
        _ descriptor: Int32, at offset: Int64, count: Int, path: String
    ) throws(ObjectStoreError) -> [UInt8] {
        var failure: ObjectStoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress { storage_advise_large_pages(start, count) }
            do throws(ObjectStoreError) {
                try read(descriptor, into: UnsafeMutableRawBufferPointer(buffer), at: offset, path: path)
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Fills a buffer with the bytes from `offset` on.
    /// - Throws: as ``read(_:at:count:path:)``.
    static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, path: String
    ) throws(ObjectStoreError) {
        guard let start = buffer.baseAddress else { return }
        var filled = 0
        while filled < buffer.count {
            let got = pread(descriptor, start + filled, buffer.count - filled, off_t(offset) + off_t(filled))
            if got > 0 {
                filled += got
            } else if got == 0 {
                throw ObjectStoreError(
                    .modified, location: path,
                    message: "ends at byte \(offset + Int64(filled)), but was longer when reading began")
            } else if errno != EINTR {
                throw ObjectStoreError(errno: errno, path: path)
            }
        }
    }

    /// Writes all bytes.
    /// - Parameter offset: nil for the descriptor's position.
    static func write(
        _ descriptor: Int32, _ bytes: [UInt8], at offset: Int64? = nil, path: String
    ) throws(ObjectStoreError) {
        var failure: ObjectStoreError?
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            var written = 0
            while written < buffer.count {
                let rest = min(buffer.count - written, 1 << 30)
                let count =
                    if let offset {
                        pwrite(descriptor, start + written, rest, off_t(offset) + off_t(written))
                    } else {
                        writeOnce(descriptor, start + written, rest)
                    }
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    failure = ObjectStoreError(errno: errno, path: path)
                    return
                }
            }
        }
        if let failure { throw failure }
    }

    /// The system's `write`, whose name our own method hides.
    private static func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #else
            Glibc.write(descriptor, bytes, count)
        #endif
    }

    /// Gives an open file a later modification time than that of the file that it replaces, if both are of the same tick.
    ///
    /// File systems count in ticks of up to 10 ms, and give a new file the number of one that was just removed: without
    /// this, an object could get the entity tag of a version before the last.
    static func makeNewer(_ descriptor: Int32, than replaced: stat, path: String) throws(ObjectStoreError) {
        let tick: Int64 = 10_000_000
        let earlier = replaced.modifiedNanoseconds
        let own = try status(of: descriptor, path: path).modifiedNanoseconds
        guard own <= earlier, earlier - own < tick else { return }
        let (seconds, nanoseconds) = (earlier + 1).quotientAndRemainder(dividingBy: 1_000_000_000)
        let time = timespec(tv_sec: time_t(seconds), tv_nsec: Int(nanoseconds))
        // A file system that refuses keeps the object all the same.
        _ = futimens(descriptor, [time, time])
    }

    /// Syncs the names in a folder to disk.
    static func synchronizeFolder(_ path: String) throws(ObjectStoreError) {
        let descriptor = try check(path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(descriptor) }
        try synchronizeFolder(descriptor, path: path)
    }

    /// Syncs the names in an open folder to disk. File systems that cannot do that for folders return EINVAL; they have
    /// nothing to sync.
    static func synchronizeFolder(_ descriptor: Int32, path: String) throws(ObjectStoreError) {
        while fsync(descriptor) == -1 {
            let code = errno
            if code == EINVAL || code == ENOTSUP { return }
            if code != EINTR { throw ObjectStoreError(errno: code, path: path) }
        }
    }

    /// Creates a folder and the missing ones above it, and syncs them.
    static func makeFolder(_ path: String) throws(ObjectStoreError) {
        // Others may remove the folder above in the meantime; some file systems always return ENOENT.
        for _ in 0..<OpenFolder.attempts {
            if mkdir(path, 0o777) == 0 { return try synchronizeFolder(parent(path)) }
            switch errno {
            case EEXIST:
                guard try status(path).isFolder else { throw ObjectStoreError(errno: ENOTDIR, path: path) }
                return
            case ENOENT where !path.hasBytes(of: "/"): try makeFolder(parent(path))
            case let code: throw ObjectStoreError(errno: code, path: path)
            }
        }
        throw ObjectStoreError(errno: ENOENT, path: path)
    }

    /// The names in a folder, unordered, without `.` and `..`.
    /// - Returns: Names, and the bytes of those that are not UTF-8, which keys cannot name.
    static func names(inFolder path: String) throws(ObjectStoreError) -> (names: [String], others: [[UInt8]]) {
        guard let folder = opendir(path) else { throw ObjectStoreError(errno: errno, path: path) }
        defer { closedir(folder) }
        var names: [String] = []
        var others: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                let code = errno
                if code != 0 { throw ObjectStoreError(errno: code, path: path) }
                return (names, others)
            }
            withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) { bytes in
                    var length = 0
                    while bytes[length] != 0 { length += 1 }
                    let name = UnsafeBufferPointer(start: bytes, count: length)
                    if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return }
                    if let text = String(validating: name, as: UTF8.self) {
                        names.append(text)
                    } else {
                        others.append(Array(name))
                    }
                }
            }
        }
    }

    /// A name in a folder.
    static func path(_ folder: String, _ name: some StringProtocol) -> String {
        folder.endsWithSlash ? folder + name : "\(folder)/\(name)"
    }

    /// The names that lead from a folder to a path below it, both without links; nil when it is not below.
    static func names(of path: String, below folder: String) -> [Substring]? {
        let start = folder.endsWithSlash ? folder : folder + "/"
        guard (path + "/").startsWithBytes(of: start) else { return nil }
        return path.droppingBytes(start.utf8.count).slashSegments.filter { !$0.isEmpty }
    }

    /// The target of a link, as stored.
    static func linkTarget(_ path: String) throws(ObjectStoreError) -> String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
        }
        guard count >= 0 else { throw ObjectStoreError(errno: errno, path: path) }
        guard let target = String(validating: bytes[..<count], as: UTF8.self) else {
            throw ObjectStoreError(errno: EILSEQ, path: path)
        }
        return target
    }

    /// The folder part of an absolute path.
    static func parent(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

extension stat {
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
    var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
    var isPipe: Bool { st_mode & S_IFMT == S_IFIFO }
    var isCharacterDevice: Bool { st_mode & S_IFMT == S_IFCHR }

    private var modificationTime: timespec {
        st_mtim
    }

    /// Since 1970.
    var modifiedNanoseconds: Int64 { Int64(modificationTime.tv_sec) * 1_000_000_000 + Int64(modificationTime.tv_nsec) }

    /// To the microsecond or better: a `Date` counts from 2001.
    var modified: Date {
        Date(timeIntervalSince1970: Double(modificationTime.tv_sec))
            .addingTimeInterval(Double(modificationTime.tv_nsec) * 1e-9)
    }

    /// Differs between any two contents of a path: every replacement is another file.
    var entityTag: String {
        let time = modificationTime
        return [UInt64(st_ino), UInt64(st_size), UInt64(bitPattern: Int64(time.tv_sec)), UInt64(time.tv_nsec)]
            .map { String($0, radix: 16) }.joined(separator: "-")
    }
}

extension ObjectStoreError {
    /// The error of a store for an error number of the operating system.
    package init(errno code: Int32, path: String) {
        let meaning: Code =
            switch code {
            case ENOENT: .notFound
            case EEXIST: .alreadyExists
            case EACCES, EPERM, EROFS, ELOOP: .permissionDenied
            case ENOSPC, EDQUOT, EFBIG: .noSpace
            case ENAMETOOLONG, EISDIR, ENOTDIR, ENOTEMPTY, EILSEQ: .invalidKey
            default: .unavailable
            }
        self.init(meaning, location: path, message: String(cString: strerror(code)).lowercased())
    }
}
