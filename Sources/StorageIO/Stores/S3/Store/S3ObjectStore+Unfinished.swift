import HTTPTransport

extension S3ObjectStore {
    /// Multipart uploads that have neither been completed nor aborted: those of killed writers, and of running ones,
    /// which the server cannot distinguish. Their sizes are not requested.
    public func unfinishedObjects(prefix: String) async throws -> [UnfinishedObject] {
        var found: [UnfinishedObject] = []
        var marker: (key: String, upload: String)?
        repeat {
            try Task.checkCancellation()
            var request = S3Request("GET")
            // Without an encoding of keys: SeaweedFS claims to encode them on request, but does not.
            request.query = [(name: "uploads", value: "")]
            if !prefix.isEmpty { request.query.append((name: "prefix", value: prefix)) }
            if let marker {
                request.query += [
                    (name: "key-marker", value: marker.key), (name: "upload-id-marker", value: marker.upload),
                ]
            }
            let response = try await client.send(request, location: root + prefix)
            try response.check(location: root + prefix)
            let tree = try tree(response, location: root + prefix)
            func text(_ element: XMLTree?) throws -> String {
                guard let text = element?.text,
                    let decoded = tree["EncodingType"]?.text == "url" ? PercentEncoding.decode(text) : text
                else {
                    throw ObjectStoreError(
                        .unavailable, location: root + prefix, message: "\(response.what): the response lacks a name")
                }
                return decoded
            }
            for element in tree.all("Upload") {
                let started = element["Initiated"].flatMap { UTCTime(iso8601: $0.text) } ?? UTCTime(seconds: 0)
                found.append(
                    UnfinishedObject(
                        location: root + (try text(element["Key"])), identifier: element["UploadId"]?.text ?? "",
                        started: started.date))
            }
            let last = marker
            marker = nil
            if tree["IsTruncated"]?.text == "true" {
                let next = (
                    key: try text(tree["NextKeyMarker"]), upload: tree["NextUploadIdMarker"]?.text ?? ""
                )
                guard last.map({ $0 != next }) ?? true else { break }
                marker = next
            }
        } while marker != nil
        return found
    }

    /// Aborts uploads; running writers among them will fail.
    public func remove(_ unfinished: [UnfinishedObject]) async throws {
        for object in unfinished where object.location.utf8.starts(with: root.utf8) {
            try Task.checkCancellation()
            let key = String(decoding: object.location.utf8.dropFirst(root.utf8.count), as: UTF8.self)
            try await abortUpload(of: key, identifier: object.identifier)
        }
    }

    func abortUpload(of key: String, identifier: String) async throws {
        var request = S3Request("DELETE", key)
        request.query = [(name: "uploadId", value: identifier)]
        let response = try await send(request)
        if response.status == 404, S3ServerError(response.response).code != "NoSuchBucket" { return }
        try response.check(location: root + key)
    }
}
