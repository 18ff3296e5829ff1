import Essentials

/// The addresses of name nodes in Hadoop's `core-site.xml` and `hdfs-site.xml`.
struct HadoopSettings: Sendable, Hashable {
    /// Settings files are some kilobytes long.
    private static let maximumFileSize = 16 << 20

    private(set) var properties: [String: String] = [:]

    init() {}

    /// Reads both files of a folder; a missing one is treated as empty.
    /// - Throws: ``ObjectStoreError`` for a file that cannot be read or is not a settings file.
    init(folder: String) throws(ObjectStoreError) {
        for name in ["core-site.xml", "hdfs-site.xml"] {
            let path = folder + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { continue }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ObjectStoreError(.permissionDenied, location: path, message: "the settings cannot be read")
            }
            try add(Array(data), path: path)
        }
    }

    /// Adds the properties of a file's text; later ones win, as in Hadoop.
    /// - Throws: ``ObjectStoreError/Code/unavailable`` for anything but a settings file.
    mutating func add(_ bytes: [UInt8], path: String) throws(ObjectStoreError) {
        let root: XMLTree
        do {
            root = try XMLTree.parse(bytes, maximumBytes: Self.maximumFileSize)
        } catch {
            throw ObjectStoreError(.unavailable, location: path, message: "not a Hadoop settings file: \(error)")
        }
        guard root.name == "configuration" else {
            throw ObjectStoreError(
                .unavailable, location: path, message: "not a Hadoop settings file: it begins with <\(root.name)>")
        }
        for property in root.all("property") {
            guard let name = property["name"]?.text, let value = property["value"]?.text else { continue }
            properties[Self.trimmed(name)] = Self.trimmed(value)
        }
    }

    /// The cluster of locations without a host, `hdfs://AUTHORITY`.
    var defaultAuthority: String? {
        guard let text = properties["fs.defaultFS"] ?? properties["fs.default.name"], text.hasPrefix("hdfs://")
        else { return nil }
        let authority = String(text.dropFirst(7).prefix { $0 != "/" })
        return authority.isEmpty ? nil : authority
    }

    /// The HTTP addresses of the name nodes of `hdfs://AUTHORITY`, best guess first.
    func nameNodes(of authority: String) -> [String] {
        if list("dfs.nameservices").contains(authority) {
            let nodes = list("dfs.ha.namenodes." + authority)
            if nodes.isEmpty { return [address(suffix: "." + authority) ?? address(suffix: "")].compactMap { $0 } }
            return nodes.compactMap { address(suffix: ".\(authority).\($0)") }
        }
        // A single name node is known by the address of its RPC port.
        let own = properties["dfs.namenode.rpc-address"].map { [$0] } ?? []
        if (own + [defaultAuthority].compactMap { $0 }).contains(authority), let address = address(suffix: "") {
            return [address]
        }
        return []
    }

    private var usesTLS: Bool { properties["dfs.http.policy"]?.uppercased() == "HTTPS_ONLY" }

    /// - Parameter suffix: The end of the settings' names: empty, or the service and the node.
    private func address(suffix: String) -> String? {
        let name = usesTLS ? "dfs.namenode.https-address" : "dfs.namenode.http-address"
        let scheme = usesTLS ? "https://" : "http://"
        let rpc = properties["dfs.namenode.rpc-address" + suffix] ?? (suffix.isEmpty ? defaultAuthority : nil)
        let rpcHost = rpc.map(Self.host)
        if let address = properties[name + suffix] {
            // This is the server's setting to listen on all addresses of its host.
            guard Self.host(address) == "0.0.0.0", let rpcHost else { return scheme + address }
            return scheme + rpcHost + address.dropFirst("0.0.0.0".count)
        }
        return rpcHost.map { scheme + $0 + (usesTLS ? ":9871" : ":9870") }
    }

    static func host(_ authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isNumber) else {
            return authority
        }
        return String(authority[..<colon])
    }

    private func list(_ name: String) -> [String] {
        (properties[name] ?? "").split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        text.trimmed
    }
}
