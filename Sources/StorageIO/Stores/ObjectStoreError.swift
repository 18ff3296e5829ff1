/// A failure of a store, and its location.
public struct ObjectStoreError: Error, Sendable, Hashable {
    /// What a program may want to react to.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The meaning in words.
        public let description: String

        /// There is no such object, folder or bucket.
        public static let notFound = Code(description: "not found")
        /// There is an object that must not be replaced.
        public static let alreadyExists = Code(description: "already exists")
        /// The credentials do not allow it.
        public static let permissionDenied = Code(description: "permission denied")
        /// The range starts past the object's end.
        public static let invalidRange = Code(description: "invalid range")
        /// The key is not one that every store can hold.
        public static let invalidKey = Code(description: "invalid key")
        /// The URL is malformed, or no store is registered for its scheme.
        public static let invalidURL = Code(description: "invalid URL")
        /// Disk or quota is full.
        public static let noSpace = Code(description: "no space left")
        /// The object is no longer the one that was expected: it changed while it was being read, or before it was
        /// replaced.
        public static let modified = Code(description: "modified meanwhile")
        /// The store cannot do it at all.
        public static let unsupported = Code(description: "not supported by the store")
        /// Any other failure of the store or the connection to it.
        public static let unavailable = Code(description: "store unavailable")
    }

    /// What kind of failure it is.
    public var code: Code
    /// The URL or path, without secrets.
    public var location: String
    /// What happened, for people.
    public var message: String

    /// A failure of `code` at a location.
    public init(_ code: Code, location: String, message: String) {
        self.code = code
        self.location = location
        self.message = message
    }
}

extension ObjectStoreError: CustomStringConvertible {
    /// Location, message and code in one line.
    public var description: String { "\(location): \(message) (\(code))" }
}
