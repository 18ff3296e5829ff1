/// What a store keeps of an object beside its bytes, and hands out with them.
package struct ObjectAttributes: Sendable, Hashable {
    /// Such as `text/csv; charset=utf-8`.
    package var contentType: String?
    /// Such as `gzip`; the bytes are encoded so.
    package var contentEncoding: String?
    package var contentLanguage: String?
    package var contentDisposition: String?
    package var cacheControl: String?
    /// As the header field has it.
    package var expires: String?
    /// The owner's own, names in lower case.
    package var metadata: [String: String] = [:]
    package var tags: [String: String] = [:]

    package init() {}
}

/// A store that keeps attributes: a copy from one such store to another takes them along.
package protocol AttributeKeeping: ObjectStore {
    /// - Throws: ``ObjectStoreError/Code/modified`` when the object is no longer what its metadata say.
    func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes
}
