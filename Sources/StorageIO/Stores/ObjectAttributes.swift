/// What a store keeps of an object besides its bytes, and returns with them.
package struct ObjectAttributes: Sendable, Hashable {
    /// Such as `text/csv; charset=utf-8`.
    package var contentType: String?
    /// Such as `gzip`: how the bytes are encoded.
    package var contentEncoding: String?
    package var contentLanguage: String?
    package var contentDisposition: String?
    package var cacheControl: String?
    /// In the form of the header field.
    package var expires: String?
    /// User-defined metadata, names in lower case.
    package var metadata: [String: String] = [:]
    package var tags: [String: String] = [:]

    package init() {}
}

/// A store that keeps attributes: a copy between such stores preserves them.
package protocol AttributeKeeping: ObjectStore {
    /// - Throws: ``ObjectStoreError/Code/modified`` when the object no longer matches its metadata.
    func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes
}
