import Essentials

/// Memory that grows without being initialised, owned by one decoder or encoder at a time.
final class ScratchBuffer {
    private var memory: UnsafeMutableRawPointer?
    private(set) var capacity = 0
    /// How many bytes have been appended.
    private(set) var count = 0

    deinit { free(memory) }

    /// The appended bytes; valid until the next call.
    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// The first `count` bytes of what ``reserve(_:)`` or ``append(_:)-(Int)`` returned.
    func first(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: min(count, capacity))
    }

    /// `count` bytes with unspecified content; the earlier content is lost.
    /// - Throws: a fault when there is not enough memory.
    func reserve(_ count: Int) throws(ParquetFault) -> UnsafeMutableRawBufferPointer {
        if count > capacity || memory == nil {
            free(memory)
            memory = malloc(max(count, 4_096))
            capacity = memory == nil ? 0 : max(count, 4_096)
        }
        guard let memory else { throw Self.outOfMemory(count) }
        return UnsafeMutableRawBufferPointer(start: memory, count: count)
    }

    /// Makes room for `extra` more bytes after the appended ones and counts them as appended.
    /// - Throws: a fault when there is not enough memory.
    func append(_ extra: Int) throws(ParquetFault) -> UnsafeMutableRawPointer {
        if memory == nil || extra > capacity - count {
            let wanted = max(4_096, count + extra, capacity + capacity / 2)
            guard let grown = realloc(memory, wanted) else { throw Self.outOfMemory(wanted) }
            memory = grown
            capacity = wanted
        }
        guard let memory else { throw Self.outOfMemory(extra) }
        defer { count += extra }
        return memory + count
    }

    /// Appends a copy of bytes.
    /// - Throws: a fault when there is not enough memory.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ParquetFault) {
        let target = try append(bytes.count)
        if let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: bytes.count) }
    }

    /// Appends a value of Parquet's plain encoding: its length in four bytes, then its bytes.
    /// - Throws: a fault when there is not enough memory.
    func appendValue(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(ParquetFault) {
        let target = try append(4 + range.count)
        target.storeBytes(of: UInt32(range.count), as: UInt32.self)
        if let source = bytes.baseAddress, !range.isEmpty {
            (target + 4).copyMemory(from: source + range.lowerBound, byteCount: range.count)
        }
    }

    /// Overwrites appended bytes.
    func replace(at position: Int, with value: UInt32) {
        guard let memory, position + 4 <= count else { return }
        (memory + position).storeBytes(of: value, as: UInt32.self)
    }

    /// Removes what was appended after the first `count` bytes.
    func cut(to count: Int) { self.count = min(count, self.count) }

    /// Removes what was appended, keeps the memory.
    func clear() { count = 0 }

    private static func outOfMemory(_ count: Int) -> ParquetFault {
        ParquetFault(.outOfRange, "cannot allocate \(count) bytes of memory")
    }
}
