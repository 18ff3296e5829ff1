import Essentials
import StorageIO

/// Lines for people: progress, notes, errors.
package enum StandardError {
    package static let isTerminal = isatty(STDERR_FILENO) == 1

    package static func write(_ text: String) {
        try? FileDescriptor.write(Array(text.utf8), to: STDERR_FILENO)
    }
}

/// Results; on standard error once data have been written to `/dev/stdout`.
package enum StandardOutput {
    package static func write(_ text: String) throws { try write(Array(text.utf8)) }

    private static func write(_ bytes: [UInt8]) throws {
        try FileDescriptor.write(bytes, to: LocalObjectStore.hasTakenStandardOutput ? STDERR_FILENO : STDOUT_FILENO)
    }

    /// One JSON document with sorted keys and a closing line break.
    package static func write(json value: some Encodable) throws {
        try write(ResultJSON.encode(value) + Array("\n".utf8))
    }
}

private enum FileDescriptor {
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Essentials.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            rest = rest.dropFirst(count)
        }
    }
}
