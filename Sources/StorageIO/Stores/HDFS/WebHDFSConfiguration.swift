public import HTTPTransport

/// The address of an HDFS cluster, the user, and how files are written.
public struct WebHDFSConfiguration: Sendable, Hashable {
    /// The HTTP addresses of the name nodes, `http://host:port` or `https://host:port`; several for a cluster with
    /// high availability, in any order. A gateway that speaks WebHDFS (HttpFS, Knox) may have a path in its address.
    public var nameNodes: [String]
    /// The user name (`user.name`) for clusters without authentication; nil for the cluster's default. Not sent with a
    /// token.
    public var userName: String?
    /// A delegation token in its text form, as `hdfs fetchdt` and `GETDELEGATIONTOKEN` return it. Kerberos itself is
    /// not supported: clusters that require it are used with a token.
    public var delegationToken: String?
    /// Block size of new files in bytes; nil for the cluster's. No block is longer than ``segmentSize``.
    public var blockSize: Int64?
    /// How many copies of new files the cluster keeps; nil for the cluster's default.
    public var replication: Int?
    /// Permissions of new files in octal digits, such as `640`; nil for the cluster's default.
    public var permissions: String?
    /// Bytes that are uploaded as one segment, and held in memory until they have arrived; at least 1 MiB (which is
    /// also the smallest block that clusters allow by default).
    public var segmentSize: Int
    /// Segments of one object that are uploaded at the same time.
    public var segmentsInFlight: Int
    /// Whether the cluster's checksum of a new file is compared with our own before the file becomes visible.
    public var verifiesChecksums: Bool
    /// How failed requests are retried.
    public var retryPolicy: RetryPolicy
    /// How connections are made.
    public var httpClient: TransportClientConfiguration

    /// The cluster's defaults, segments of 32 MiB, two in flight, checksums verified.
    public init(
        nameNodes: [String], userName: String? = nil, delegationToken: String? = nil, blockSize: Int64? = nil,
        replication: Int? = nil, permissions: String? = nil, segmentSize: Int = 32 << 20, segmentsInFlight: Int = 2,
        verifiesChecksums: Bool = true, retryPolicy: RetryPolicy = RetryPolicy(),
        httpClient: TransportClientConfiguration = TransportClientConfiguration()
    ) {
        self.nameNodes = nameNodes
        self.userName = userName
        self.delegationToken = delegationToken
        self.blockSize = blockSize
        self.replication = replication
        self.permissions = permissions
        self.segmentSize = max(1 << 20, segmentSize)
        self.segmentsInFlight = max(1, segmentsInFlight)
        self.verifiesChecksums = verifiesChecksums
        self.retryPolicy = retryPolicy
        self.httpClient = httpClient
    }
}

extension WebHDFSConfiguration: CustomStringConvertible, CustomReflectable {
    /// Addresses and user; never the token.
    public var description: String {
        "WebHDFS at \(nameNodes.joined(separator: ", "))"
            + (delegationToken == nil ? userName.map { " as \($0)" } ?? "" : " with a delegation token")
    }

    /// Shows ``description`` only, so that dumps show no token either.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
