/// What went wrong at a store, and where.
public struct ObjectStoreError: Error, Sendable, Hashable {
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// There is no such object, folder or bucket.
        public static let notFound = Code(description: "not found")
        /// An object is there that must not be replaced.
        public static let alreadyExists = Code(description: "already exists")
        /// The credentials do not allow it.
        public static let permissionDenied = Code(description: "permission denied")
        /// The range starts past the object's end.
        public static let invalidRange = Code(description: "invalid range")
        /// The key is not one that every store can hold.
        public static let invalidKey = Code(description: "invalid key")
        /// The URL is malformed, or no store is known for its scheme.
        public static let invalidURL = Code(description: "invalid URL")
        /// Disk or quota is full.
        public static let noSpace = Code(description: "no space left")
        /// The object changed while it was being read.
        public static let modified = Code(description: "modified while being read")
        /// Any other failure of the store or the way to it.
        public static let unavailable = Code(description: "store unavailable")
    }

    public var code: Code
    /// The URL or path, without secrets.
    public var location: String
    public var message: String

    public init(_ code: Code, location: String, message: String) {
        self.code = code
        self.location = location
        self.message = message
    }
}

extension ObjectStoreError: CustomStringConvertible {
    public var description: String { "\(location): \(message) (\(code))" }
}
