import CStorageKernels

/// Memory-mapped parts of files.
package enum MappedFile {
    /// Allocates `count` bytes of a file from `start` (a multiple of the page size) on, maps them for reading and writing, and
    /// touches their pages, so that stores to them neither fail nor wait.
    /// - Returns: nil if that is not possible, as on a full disk; the file may have become longer then. The caller
    ///   unmaps it.
    package static func ahead(
        _ descriptor: Int32, from start: Int64, count: Int
    ) -> UnsafeMutableRawBufferPointer? {
        storage_map_ahead(descriptor, start, count).map { UnsafeMutableRawBufferPointer(start: $0, count: count) }
    }
}
