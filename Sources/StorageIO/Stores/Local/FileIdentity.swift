import Essentials

/// Identifies a file or folder, whatever path leads to it.
struct FileIdentity: Sendable, Hashable {
    private let device: UInt64
    private let file: UInt64

    init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        file = UInt64(truncatingIfNeeded: status.st_ino)
    }
}
