import Checksums
import StorageIO
import Essentials

/// Reads entries from a journal's segments.
struct JournalReader: Sendable {
    struct Item: Hashable, Sendable {
        var position: JournalPosition
        var entry: JournalEntry
    }

    let files: JournalFiles

    /// Entries from a position on, in order, until about `limit` bytes are read or the end is reached.
    ///
    /// - Parameter end: The writer's position; nil for a journal that is no longer written. There, a record that was
    ///   cut off when its process ended is not an entry: it was never acknowledged.
    /// - Returns: The entries, and the position to continue from, which is `position` itself when there is nothing
    ///   more.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/corruptDatabase`` for bytes that are no entry but have
    ///   others behind them, with the file and the byte.
    func read(
        from position: JournalPosition, until end: JournalPosition?, limit: Int
    ) throws(TrackingError) -> (items: [Item], next: JournalPosition) {
        let segments = try files.segments()
        var position = position
        var items: [Item] = []
        var room = limit
        while room > 0 {
            let isLast = segments.last.map { $0 <= position.segment } ?? true
            let known: Int64? = end.flatMap { $0.segment == position.segment ? $0.offset : nil }
            let bytes = try content(position, upTo: known, limit: room)
            if bytes.isEmpty {
                guard !isLast, let following = segments.first(where: { $0 > position.segment }),
                    end.map({ following <= $0.segment }) ?? true
                else { break }
                position = JournalPosition(segment: following, offset: 0)
                continue
            }
            let (taken, isEnd) = try take(bytes, at: position, mayBeCut: known == nil, into: &items)
            guard taken > 0 else {
                // Cut off by the end of the requested range, or of the file.
                if !isEnd, bytes.count >= room {
                    // As many bytes as the entry states; its header first.
                    let header = JournalFiles.recordHeader
                    room = bytes.count < header ? header : header + Int(Self.number(bytes, 0))
                    continue
                }
                guard !isLast, let following = segments.first(where: { $0 > position.segment }) else { break }
                position = JournalPosition(segment: following, offset: 0)
                continue
            }
            position.offset += Int64(taken)
            room -= taken
        }
        return (items, position)
    }

    /// Reads whole records.
    /// - Returns: The bytes taken, and whether nothing more is in the segment, though there may be bytes.
    private func take(
        _ bytes: [UInt8], at position: JournalPosition, mayBeCut: Bool, into items: inout [Item]
    ) throws(TrackingError) -> (taken: Int, isEnd: Bool) {
        var start = 0
        while bytes.count - start >= JournalFiles.recordHeader {
            let size = Int(Self.number(bytes, start))
            let payload = start + JournalFiles.recordHeader
            guard size <= JournalFiles.maximumPayload else {
                throw corrupt(position, start, "says that it has \(size) bytes")
            }
            guard bytes.count - payload >= size else { break }
            let sum = CRC32C.checksum(bytes[payload..<payload + size])
            let next = payload + size
            guard sum == Self.number(bytes, start + 4), size > 0 else {
                // The last bytes of a process that was killed may be anything, followed by the zeros of space that it
                // had not used yet. Invalid bytes before other data are damage.
                let rest = JournalPosition(segment: position.segment, offset: position.offset + Int64(next))
                if mayBeCut, try isUnused(from: rest) { return (start, true) }
                throw corrupt(position, start, "does not match its checksum")
            }
            do {
                let at = JournalPosition(segment: position.segment, offset: position.offset + Int64(start))
                items.append(Item(position: at, entry: try JournalEntry(bytes[payload..<next])))
            } catch {
                throw corrupt(position, start, "is of no kind that this version knows")
            }
            start = next
        }
        return (start, false)
    }

    /// Whether the segment has nothing but zeros from there on.
    private func isUnused(from start: JournalPosition) throws(TrackingError) -> Bool {
        var position = start
        while true {
            let bytes = try content(position, upTo: nil, limit: 1 << 20)
            if bytes.isEmpty { return true }
            guard bytes.allSatisfy({ $0 == 0 }) else { return false }
            position.offset += Int64(bytes.count)
        }
    }

    private func corrupt(_ position: JournalPosition, _ start: Int, _ what: String) -> TrackingError {
        TrackingError(
            .corruptDatabase, files.segment(position.segment),
            "the entry at byte \(position.offset + Int64(start)) \(what)")
    }

    private static func number(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }

    private func content(
        _ position: JournalPosition, upTo end: Int64?, limit: Int
    ) throws(TrackingError) -> [UInt8] {
        let path = files.segment(position.segment)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw TrackingError(systemError: errno, path)
        }
        defer { close(descriptor) }
        let size = end ?? Int64(max(0, lseek(descriptor, 0, SEEK_END)))
        let count = min(Int(max(0, size - position.offset)), limit)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    off_t(position.offset) + off_t(filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    break
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        guard failure == 0 else { throw TrackingError(systemError: failure, path) }
        return bytes
    }
}
