/// What a store keeps of an object besides its bytes, and returns with them.
public struct ObjectAttributes: Sendable, Hashable {
    /// The media type, such as `text/csv; charset=utf-8`.
    public var contentType: String?
    /// How the bytes are encoded, such as `gzip`.
    public var contentEncoding: String?
    /// The language of the audience, such as `en`.
    public var contentLanguage: String?
    /// How browsers show the object, such as `attachment; filename="a.csv"`.
    public var contentDisposition: String?
    /// How long caches keep it, such as `max-age=3600`.
    public var cacheControl: String?
    /// When caches drop it, in the form of the header field.
    public var expires: String?
    /// User-defined metadata, names in lower case.
    public var metadata: [String: String] = [:]
    /// Tags, which can be changed without writing the object.
    public var tags: [String: String] = [:]

    /// No attributes.
    public init() {}
}

/// A store that keeps attributes: it writes those of ``WriteOptions/attributes``, and reads them. A copy between such
/// stores preserves them.
public protocol AttributePreserving: ObjectStore {
    /// An object's attributes.
    /// - Throws: ``ObjectStoreError/Code/modified`` when the object no longer matches its metadata.
    func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes
}
