/// The name of an object in its store: UTF-8 segments separated by `/`.
///
/// Keys from ``init(_:)`` are of a form that every store can hold. Some stores, such as S3, allow more: their listings
/// may return keys that are not ``isPortable``, which other stores refuse.
public struct ObjectKey: Sendable, Hashable, Comparable {
    /// The segments joined by `/`.
    public let path: String

    /// A key that every store can hold.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidKey`` for an empty path, a leading or
    ///   closing `/`, a NUL byte, or a segment that is empty, `.` or `..`.
    public init(_ path: String) throws(ObjectStoreError) {
        try self.init(verbatim: path)
        guard isPortable else { throw notPortable(in: "") }
    }

    /// A key exactly as a store has it, for instance `a//b`, `/a` or `a/../b` in S3.
    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidKey`` for an empty name.
    public init(verbatim path: String) throws(ObjectStoreError) {
        self.path = path
        guard !path.isEmpty else {
            throw ObjectStoreError(.invalidKey, location: path, message: "not a usable object key")
        }
    }

    /// Whether every store can hold the key: no segment is empty, `.` or `..`, and no byte is NUL.
    public var isPortable: Bool {
        var length = 0, dots = 0
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "/"):
                if length == 0 || length <= 2 && dots == length { return false }
                (length, dots) = (0, 0)
            case 0: return false
            default:
                length += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return length > 2 || length > 0 && dots < length
    }

    /// The error of a store that cannot hold the key.
    func notPortable(in root: String) -> ObjectStoreError {
        ObjectStoreError(
            .invalidKey, location: root + path,
            message: "not a usable object key: a part of it is empty, '.' or '..', or has a NUL byte")
    }

    /// The last segment.
    public var name: String { String(path.lastSlashSegment) }

    /// What comes before the name, with a closing `/`; empty for a plain name.
    package var folder: String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path.through(slash))
    }

    /// This key as a folder with `name` in it.
    public func appending(_ name: String) throws(ObjectStoreError) -> ObjectKey { try ObjectKey("\(path)/\(name)") }

    /// Keys are equal when their bytes are: a store distinguishes an `é` of one scalar from one of two.
    public static func == (left: ObjectKey, right: ObjectKey) -> Bool { left.path.hasBytes(of: right.path) }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in path.utf8 { hasher.combine(byte) }
    }

    /// Ascending byte order, as stores list.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
}

extension ObjectKey: CustomStringConvertible {
    /// The path.
    public var description: String { path }
}
