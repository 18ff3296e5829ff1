import Essentials

/// Files that options name, such as plans and settings: read completely, whether files, pipes or process substitutions.
package enum SmallFile {
    /// Longer ones are some other file.
    private static let longest = 16 << 20

    /// - Parameter option: the option that names the file, for the error.
    /// - Throws: ``FileOptionError`` with the system's reason.
    package static func read(_ path: String, option: String) throws(FileOptionError) -> [UInt8] {
        func failure(_ code: Int32) -> FileOptionError {
            FileOptionError(option: option, path: path, reason: String(cString: strerror(code)))
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Essentials.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= longest else {
                throw FileOptionError(option: option, path: path, reason: "it is longer than \(longest >> 20) MB")
            }
        }
    }
}

/// A file that an option names cannot be used.
package struct FileOptionError: Error, CustomStringConvertible {
    package let option: String
    package let path: String
    package let reason: String

    package init(option: String, path: String, reason: String) {
        self.option = option
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(option): cannot read '\(path)': \(reason)" }
}
