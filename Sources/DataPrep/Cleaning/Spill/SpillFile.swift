import Essentials
import Parallelism

/// Temporary storage for data that does not fit into memory.
package protocol SpillStorage: Sendable {
    /// Appends words and returns their position, in words from the beginning. Safe to call from several threads.
    func append(_ words: UnsafeBufferPointer<UInt64>) throws -> Int
    /// Reads words back.
    func read(at position: Int, into words: UnsafeMutableBufferPointer<UInt64>) throws
}

/// A temporary file of 64-bit words, created when first written to. It is unlinked at once, so that the system removes
/// it however the process ends.
package final class SpillFile: SpillStorage {
    private let folder: String
    private struct State {
        var descriptor: Int32 = -1
        var count = 0
    }
    private let state = Lock(State())

    /// - Parameter folder: nil for the system's folder of temporary files.
    package init(folder: String?) { self.folder = folder ?? FileManager.default.temporaryDirectory.path }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    package func append(_ words: UnsafeBufferPointer<UInt64>) throws -> Int {
        let (descriptor, position) = try state.withLock { state in
            if state.descriptor < 0 { state.descriptor = try open() }
            defer { state.count += words.count }
            return (state.descriptor, state.count)
        }
        var rest = UnsafeRawBufferPointer(words)
        var offset = position * 8
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = pwrite(descriptor, base, rest.count, off_t(offset))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure("writing", errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            offset += written
        }
        return position
    }

    package func read(at position: Int, into words: UnsafeMutableBufferPointer<UInt64>) throws {
        let descriptor = state.withLock { $0.descriptor }
        var rest = UnsafeMutableRawBufferPointer(words)
        var offset = position * 8
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = pread(descriptor, base, rest.count, off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("reading", count == 0 ? EIO : errno) }
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
            offset += count
        }
    }

    private func open() throws -> Int32 {
        var path = Array("\(folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/")antifraud-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw failure("creating it", errno) }
        unlink(path)
        return descriptor
    }

    private func failure(_ operation: String, _ code: Int32) -> CleaningError {
        .temporaryFile(path: folder, operation: operation, message: String(cString: strerror(code)))
    }
}
