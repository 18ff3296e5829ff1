import Foundation

/// Wakes a thread that waits in `poll`; may be signalled from any thread.
final class Wakeup: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: ``PostgreSQLError`` when the process may not open more files.
    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw PostgreSQLError(.connectionFailed, "no more files can be opened: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    /// A full pipe is already readable.
    func signal() {
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Clears the signals so far. Check their causes afterwards.
    func drain() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(readEnd, &bytes, 16) == 16 {}
    }

    deinit {
        _ = close(readEnd)
        _ = close(writeEnd)
    }
}

/// `poll` with Swift's instants.
enum Poll {
    /// Waits until one of the files is ready or the deadline has passed; nil waits without end. A signal may end it
    /// early.
    static func wait(_ entries: inout [pollfd], until deadline: ContinuousClock.Instant?) {
        var limit: Int32 = -1
        if let deadline { limit = (deadline - .now).wholeMilliseconds }
        _ = poll(&entries, nfds_t(entries.count), limit)
    }
}
