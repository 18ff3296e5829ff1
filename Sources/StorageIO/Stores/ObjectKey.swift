/// The name of an object in its store: UTF-8 segments parted by `/`, no segment empty, `.` or `..`.
public struct ObjectKey: Sendable, Hashable, Comparable {
    /// The segments joined by `/`.
    public let path: String

    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidKey`` for an empty path, a leading or
    ///   closing `/`, a NUL byte, or a segment that is empty, `.` or `..`.
    public init(_ path: String) throws(ObjectStoreError) {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.utf8.contains(0),
            segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else {
            throw ObjectStoreError(.invalidKey, location: path, message: "not a usable object key")
        }
        self.path = path
    }

    /// The last segment.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// What comes before the name, with a closing `/`; empty where the key is a name alone.
    package var folder: String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(path[...slash])
    }

    /// This key as a folder with `name` in it.
    public func appending(_ name: String) throws(ObjectStoreError) -> ObjectKey { try ObjectKey("\(path)/\(name)") }

    /// Keys are equal when their bytes are: a store tells an `é` of one scalar from one of two.
    public static func == (left: ObjectKey, right: ObjectKey) -> Bool { left.path.utf8.elementsEqual(right.path.utf8) }

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
