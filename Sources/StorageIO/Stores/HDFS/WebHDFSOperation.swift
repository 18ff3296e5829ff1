/// One operation of the WebHDFS REST API (Apache Hadoop documentation, "WebHDFS REST API").
struct WebHDFSOperation: Sendable {
    /// `OPEN`, `CREATE` and so on.
    let name: String
    /// `GET`, `PUT`, `POST` or `DELETE`.
    let method: String
    /// Absolute, not percent-encoded.
    let path: String
    /// Names and values, not percent-encoded.
    var parameters: [(name: String, value: String)]

    init(_ name: String, _ method: String, _ path: String, _ parameters: [(name: String, value: String)] = []) {
        self.name = name
        self.method = method
        self.path = path
        self.parameters = parameters
    }

    /// - Parameters:
    ///   - nameNode: The address without closing `/`.
    ///   - identity: The parameters that identify the user.
    func url(at nameNode: String, identity: [(name: String, value: String)]) -> String {
        var url = nameNode + "/webhdfs/v1" + PercentEncoding.path(path) + "?op=" + name
        for (name, value) in parameters + identity { url += "&\(name)=\(PercentEncoding.query(value))" }
        return url
    }
}
