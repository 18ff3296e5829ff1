public import HTTPTransport

/// How a bucket is reached.
public struct S3Configuration: Sendable {
    /// Where URLs have the bucket's name.
    public enum Addressing: Sendable, Hashable {
        /// In the host name at AWS and storage.yandexcloud.net, if it can be part of one; otherwise in the path.
        case automatic
        /// `https://host/bucket/key`
        case path
        /// `https://bucket.host/key`
        case virtualHost
    }

    /// Whether the signature covers bodies.
    public enum PayloadSigning: Sendable, Hashable {
        /// Over plain HTTP only: TLS protects them in transit, and hashing takes time.
        case automatic
        case always
        case never
    }

    /// How the server encrypts what it stores.
    public enum Encryption: Sendable, Hashable {
        /// The bucket's setting.
        case bucketDefault
        /// With the store's own keys.
        case aes256
        /// With a key of the key management service; nil for the account's default key.
        case kms(keyID: String?)
        /// With a key that is sent with every request and that the server does not keep; over TLS only.
        case customerKey(CustomerKey)
    }

    /// An AES key of 32 bytes. No description or reflection shows it.
    public struct CustomerKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
        let bytes: [UInt8]

        /// nil unless there are 32 bytes.
        public init?(_ bytes: [UInt8]) {
            guard bytes.count == 32 else { return nil }
            self.bytes = bytes
        }

        /// Without the key.
        public var description: String { "CustomerKey" }
        /// Without the key.
        public var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    /// The order in which the server lists keys.
    public enum ListingOrder: Sendable, Hashable {
        /// Detected: `folders` for servers known for it, and for those whose first page is out of order.
        case automatic
        /// In byte order of whole keys, as AWS, Yandex, MinIO and Ceph do: a page of a thousand keys per request.
        case bytes
        /// Folder by folder, as SeaweedFS does (`b/1` before `b-c`): at least one request per folder.
        case folders
    }

    /// `https://host` or `http://host:port`, without a bucket; nil for AWS.
    public var endpoint: String?
    /// The region of signatures. If the bucket turns out to be in another one, that is used from then on.
    public var region: String
    /// The credentials for signatures; nil for unsigned requests, which public buckets accept.
    public var credentials: (any CredentialProvider)?
    /// Where URLs have the bucket's name.
    public var addressing: Addressing
    /// Whether signatures cover bodies.
    public var payloadSigning: PayloadSigning
    /// How the server encrypts.
    public var encryption: Encryption
    /// `STANDARD_IA`, `COLD` and so on; nil for the bucket's default.
    public var storageClass: String?
    /// The order in which the server lists keys.
    public var listingOrder: ListingOrder
    /// Bytes of the first parts of an upload; objects up to this size are written in one request. At least 5 MiB.
    public var partSize: Int
    /// The most parts that are uploaded at the same time; fewer when parts are large.
    public var concurrentParts: Int
    /// How often, and after what delays, requests are retried.
    public var retryPolicy: RetryPolicy

    /// Everything automatic, parts of 8 MiB, four at a time.
    public init(
        endpoint: String? = nil, region: String = "us-east-1", credentials: (any CredentialProvider)?,
        addressing: Addressing = .automatic, payloadSigning: PayloadSigning = .automatic,
        encryption: Encryption = .bucketDefault, storageClass: String? = nil, listingOrder: ListingOrder = .automatic,
        partSize: Int = 8 << 20, concurrentParts: Int = 4, retryPolicy: RetryPolicy = RetryPolicy()
    ) {
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
        self.addressing = addressing
        self.payloadSigning = payloadSigning
        self.encryption = encryption
        self.storageClass = storageClass
        self.listingOrder = listingOrder
        self.partSize = max(S3PartSizes.minimumSize, partSize)
        self.concurrentParts = max(1, concurrentParts)
        self.retryPolicy = retryPolicy
    }
}
