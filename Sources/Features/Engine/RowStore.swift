/// The rows of a ``KeyHistory`` in one block of memory, which copies share until one of them changes.
///
/// Not an array, since what looks up the histories of many keys in turn waits for memory: the first row is found without
/// reading the header of an array, and nothing is retained. Before the first row are cursors: positions at which searches begin.
///
/// `@unchecked Sendable` invariant: memory that copies share is only read. Rows are written through ``writable(adding:_:)``, which
/// copies shared memory first; cursors are written only right after that, while a row is inserted or has just been.
struct RowStore: @unchecked Sendable {
    private var memory: ManagedBuffer<Void, Int64>?
    /// The first word of the first row; nil without memory.
    private(set) var base: UnsafeMutablePointer<Int64>?
    private var storedCount: Int32 = 0
    private var storedCapacity: Int32 = 0

    /// The number of rows.
    @inline(__always)
    var count: Int { Int(storedCount) }

    /// How many rows the memory has room for.
    var capacity: Int { Int(storedCapacity) }

    @inline(__always)
    var isEmpty: Bool { storedCount == 0 }

    subscript(word: Int) -> Int64 {
        @inline(__always)
        get { base.map { $0[word] } ?? 0 }
    }

    /// The memory for changes, with room for some more rows.
    @inline(__always)
    mutating func writable(adding added: Int = 0, _ layout: HistoryLayout) -> UnsafeMutablePointer<Int64> {
        if let base, count &+ added <= capacity, isKnownUniquelyReferenced(&memory) { return base }
        return reallocate(max(count + added, added > 0 ? count + max(2, count / 2) : 0), layout)
    }

    /// Makes room for that many rows, and no more.
    mutating func reserveCapacity(_ rows: Int, _ layout: HistoryLayout) {
        if rows > capacity { _ = reallocate(rows, layout) }
    }

    /// Makes room for a row at a position and moves the later ones; its words are not set yet.
    @inline(__always)
    mutating func insertRow(at position: Int, _ layout: HistoryLayout) -> UnsafeMutablePointer<Int64> {
        let base = writable(adding: 1, layout)
        if position < count {
            (base + (position + 1) * layout.stride).update(
                from: base + position * layout.stride, count: (count - position) * layout.stride)
        }
        storedCount += 1
        return base
    }

    /// Removes some of the first rows.
    mutating func removeFirst(_ removed: Int, _ layout: HistoryLayout) {
        let base = writable(layout)
        base.update(from: base + removed * layout.stride, count: (count - removed) * layout.stride)
        storedCount -= Int32(removed)
        for index in 0..<layout.cursorCount { setCursor(index, max(0, cursor(index) - removed)) }
    }

    /// Belongs to another layout with the same words from now on; cursors start from the beginning.
    mutating func takeOver(_ layout: HistoryLayout) {
        guard let old = base, let owner = memory else { return }
        let rows = count
        self = RowStore()
        let base = reallocate(rows, layout)
        withExtendedLifetime(owner) { base.update(from: old, count: rows * layout.stride) }
        storedCount = Int32(rows)
    }

    @inline(never)
    private mutating func reallocate(_ rows: Int, _ layout: HistoryLayout) -> UnsafeMutablePointer<Int64> {
        let head = layout.cursorWords
        let words = head + rows * layout.stride
        let made = ManagedBuffer<Void, Int64>.create(minimumCapacity: words) { _ in }
        let start = made.withUnsafeMutablePointerToElements { $0 }
        start.initialize(repeating: 0, count: words)
        if let base, let memory {
            withExtendedLifetime(memory) {
                start.update(from: base - head, count: head + count * layout.stride)
            }
        }
        memory = made
        base = start + head
        storedCapacity = Int32(rows)
        return start + head
    }

    /// Bytes of memory behind the pointer.
    func byteCount(_ layout: HistoryLayout) -> Int {
        base == nil ? 0 : 16 + (layout.cursorWords + capacity * layout.stride) * 8
    }

    // MARK: Cursors

    /// Where the search for a bound begins: where it ended for the newest row. Any value is valid.
    @inline(__always)
    func cursor(_ index: Int) -> Int {
        base.map { Int(UnsafeRawPointer($0).load(fromByteOffset: -4 &* (index &+ 1), as: Int32.self)) } ?? 0
    }

    /// - Precondition: ``writable(adding:_:)`` was called after the last copy.
    @inline(__always)
    func setCursor(_ index: Int, _ position: Int) {
        guard let base else { return }
        UnsafeMutableRawPointer(base).storeBytes(
            of: Int32(truncatingIfNeeded: position), toByteOffset: -4 &* (index &+ 1), as: Int32.self)
    }
}
