import HTTPTransport

/// A page of ListObjectsV2.
struct S3ListPage: Sendable {
    /// In the server's order, folder markers included.
    var objects: [ObjectMetadata] = []
    /// Objects whose names cannot be read.
    var unlisted: [UnlistedObject] = []
    /// Whole keys with a closing `/`.
    var folders: [String] = []
    /// The token for the next page; nil on the last one.
    var continuation: String?
    /// The `Server` header field.
    var server = ""

    var isAscending: Bool { zip(objects, objects.dropFirst()).allSatisfy { $0.key < $1.key } }
}

extension S3ObjectStore {
    /// One page of a listing.
    /// - Parameter delimiter: `/` for one level of keys, nil for all that start with the prefix.
    func listPage(prefix: String, delimiter: String?, continuation: String?) async throws -> S3ListPage {
        try Task.checkCancellation()
        var request = S3Request("GET")
        request.query = [(name: "list-type", value: "2"), (name: "encoding-type", value: "url")]
        if !prefix.isEmpty { request.query.append((name: "prefix", value: prefix)) }
        if let delimiter { request.query.append((name: "delimiter", value: delimiter)) }
        if let continuation { request.query.append((name: "continuation-token", value: continuation)) }
        let location = root + prefix
        let response = try await client.send(request, location: location)
        try response.check(location: location)
        let tree = try tree(response, location: location)
        let isEncoded = tree["EncodingType"]?.text == "url"
        func text(_ element: XMLTree?) throws -> String {
            guard let text = element?.text, let decoded = isEncoded ? PercentEncoding.decode(text) : text else {
                throw ObjectStoreError(
                    .unavailable, location: location,
                    message: "\(response.what): a key of the listing is missing or not UTF-8")
            }
            return decoded
        }
        var page = S3ListPage(server: response.headers["Server"] ?? "")
        for element in tree.all("Contents") {
            guard let key = try? ObjectKey(verbatim: text(element["Key"])) else {
                let name = element["Key"]?.text ?? ""
                page.unlisted.append(
                    UnlistedObject(location: root + name, path: name, reason: "the server's name for it is not UTF-8"))
                continue
            }
            guard key.path.startsWithBytes(of: prefix) else { continue }
            guard let size = element["Size"].flatMap({ Int64($0.text) }), size >= 0,
                let modified = element["LastModified"].flatMap({ UTCTime(iso8601: $0.text) })
            else {
                throw ObjectStoreError(
                    .unavailable, location: location, message: "\(response.what): \(key) lacks its size or time")
            }
            page.objects.append(
                ObjectMetadata(
                    key: key, size: size, modified: modified.date,
                    entityTag: element["ETag"].map { Self.unquoted($0.text) }))
        }
        // Servers with real folders take `a//` for `a/`.
        page.folders = try tree.all("CommonPrefixes").map { try text($0["Prefix"]) }
            .filter { $0.startsWithBytes(of: prefix) }
        if tree["IsTruncated"]?.text == "true" {
            guard let next = tree["NextContinuationToken"]?.text, continuation?.hasBytes(of: next) != true else {
                throw ObjectStoreError(
                    .unavailable, location: location,
                    message: "\(response.what): the listing is truncated, but has no continuation token"
                )
            }
            page.continuation = next
        }
        return page
    }
}
