import HTTPTransport
public import Logging
import Parallelism

extension ObjectStoreRegistry {
    /// Registers `s3` and `s3a`, `hdfs`, `webhdfs` and `swebhdfs`, with settings and credentials from variables that
    /// other programs understand: see ``S3Configuration/init(environment:http:usesInstanceMetadata:)`` and
    /// ``WebHDFSConfiguration/init(scheme:authority:environment:)``.
    /// - Parameters:
    ///   - environment: The environment variables, as from `ProcessInfo`. Nothing is read before the first such
    ///     location is resolved.
    ///   - usesInstanceMetadata: Whether to use a virtual machine's role when there are no other credentials for S3.
    public func registerRemoteStores(
        environment: [String: String], usesInstanceMetadata: Bool = false,
        logger: Logger = Logger(label: "antifraud.stores")
    ) {
        let s3Client = SharedClient {
            TransportClientConfiguration(tls: try S3Configuration.tls(environment: environment))
        }
        register(schemes: ["s3", "s3a"]) { location in
            let http = try s3Client.get()
            return try S3ObjectStore(
                bucket: location.authority,
                configuration: S3Configuration(
                    environment: environment, http: http, usesInstanceMetadata: usesInstanceMetadata),
                http: http, logger: logger)
        }
        registerHDFS(environment: environment)
    }
}

/// One client for all stores of a kind, made with the first of them.
private final class SharedClient: Sendable {
    private let configuration: @Sendable () throws -> TransportClientConfiguration
    private let client = Lock<TransportClient?>(nil)

    init(_ configuration: @escaping @Sendable () throws -> TransportClientConfiguration) {
        self.configuration = configuration
    }

    func get() throws -> TransportClient {
        try client.withLock { client in
            if let client { return client }
            let made = try TransportClient(configuration: configuration())
            client = made
            return made
        }
    }
}
