import Essentials

extension WebHDFSConfiguration {
    /// The cluster of a location, found as Hadoop's programs do.
    ///
    /// Addresses of name nodes, from the first of these that has any:
    /// - `webhdfs://host:port/` is the address itself, `swebhdfs://` the same over TLS.
    /// - `ANTIFRAUD_WEBHDFS_ADDRESS`, such as `host1:9870,https://host2:9871`.
    /// - `core-site.xml` and `hdfs-site.xml` in the folder `HADOOP_CONF_DIR`: name services with high availability, single
    ///   name nodes, and `fs.defaultFS` for locations without a host.
    /// - The host of the location, port 9870.
    ///
    /// The user is `HADOOP_USER_NAME`. A delegation token is in `HADOOP_TOKEN`, or alone in the file that
    /// `HADOOP_TOKEN_FILE_TEXT` names, both in the text form that `GETDELEGATIONTOKEN` returns.
    /// - Parameters:
    ///   - scheme: `hdfs`, `webhdfs` or `swebhdfs`.
    ///   - authority: Host and port, or the name of a name service; may be empty for `hdfs`.
    ///   - environment: Environment variables, as from `ProcessInfo`.
    /// - Throws: ``ObjectStoreError`` when no name node is known, or a file cannot be read.
    public init(
        scheme: String, authority: String, environment: [String: String]
    ) throws(ObjectStoreError) {
        let environment = environment.filter { !$0.value.isEmpty }
        self.init(
            nameNodes: try Self.nameNodes(scheme, authority, environment),
            userName: environment["HADOOP_USER_NAME"], delegationToken: try Self.token(environment))
    }

    private static func nameNodes(
        _ scheme: String, _ authority: String, _ environment: [String: String]
    ) throws(ObjectStoreError) -> [String] {
        if scheme == "webhdfs" { return ["http://" + authority] }
        if scheme == "swebhdfs" { return ["https://" + authority] }
        if let addresses = environment["ANTIFRAUD_WEBHDFS_ADDRESS"] {
            return addresses.split(separator: ",").map { address in
                let address = address.trimmed
                return address.contains("://") ? address : "http://" + address
            }
        }
        let settings = try environment["HADOOP_CONF_DIR"].map(HadoopSettings.init(folder:)) ?? HadoopSettings()
        guard let authority = authority.isEmpty ? settings.defaultAuthority : authority else {
            throw ObjectStoreError(
                .invalidURL, location: "hdfs:///",
                message:
                    "no name node is known: name one in the location, in ANTIFRAUD_WEBHDFS_ADDRESS, or by fs.defaultFS "
                    + "in the settings in HADOOP_CONF_DIR")
        }
        let known = settings.nameNodes(of: authority)
        return known.isEmpty ? ["http://\(HadoopSettings.host(authority)):9870"] : known
    }

    private static func token(_ environment: [String: String]) throws(ObjectStoreError) -> String? {
        if let token = environment["HADOOP_TOKEN"] { return token }
        guard let path = environment["HADOOP_TOKEN_FILE_TEXT"] else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)?.trimmed,
            !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw ObjectStoreError(
                .permissionDenied, location: path, message: "the file has no delegation token in text form")
        }
        return text
    }
}

extension ObjectStoreRegistry {
    /// Registers stores for `hdfs://`, `webhdfs://` and `swebhdfs://`.
    /// - Parameters:
    ///   - environment: See ``WebHDFSConfiguration/init(scheme:authority:environment:)``.
    ///   - adjust: Changes settings that the environment does not determine, such as the segment size.
    public func registerHDFS(
        environment: [String: String],
        adjust: @escaping @Sendable (inout WebHDFSConfiguration) -> Void = { _ in }
    ) {
        register(schemes: ["hdfs", "webhdfs", "swebhdfs"]) { location in
            var configuration = try WebHDFSConfiguration(
                scheme: location.scheme, authority: location.authority, environment: environment)
            adjust(&configuration)
            return try WebHDFSObjectStore(configuration: configuration)
        }
    }
}
