public import HTTPTransport

/// How a bucket is reached.
public struct S3Configuration: Sendable {
    /// Where the bucket's name goes in URLs.
    public enum Addressing: Sendable, Hashable {
        /// Into the host's name at AWS and storage.yandexcloud.net, if it can be a part of one; into the path elsewhere.
        case automatic
        /// `https://host/bucket/key`
        case path
        /// `https://bucket.host/key`
        case virtualHost
    }

    /// Whether the signature covers bodies.
    public enum PayloadSigning: Sendable, Hashable {
        /// Over plain HTTP only: over TLS nobody can change them on the way, and hashing takes time.
        case automatic
        case always
        case never
    }

    /// How the server encrypts what it stores.
    public enum Encryption: Sendable, Hashable {
        /// As the bucket says.
        case bucketDefault
        /// With the store's own keys.
        case aes256
        /// With a key of the key management service; nil for the account's usual one.
        case kms(keyID: String?)
        /// With a key that goes along with every request and that the server does not keep; over TLS only.
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

    /// In what order the server lists keys.
    public enum ListingOrder: Sendable, Hashable {
        /// Found out: `folders` for servers known for it, and for those whose first page is out of order.
        case automatic
        /// In byte order of whole keys, as AWS, Yandex, MinIO and Ceph do: a page of a thousand keys for each request.
        case bytes
        /// Folder by folder, as SeaweedFS does (`b/1` before `b-c`): one request at least for each folder.
        case folders
    }

    /// `https://host` or `http://host:port`, without a bucket; nil for AWS.
    public var endpoint: String?
    /// The region that signatures name. When it turns out to be another one, that is used from then on.
    public var region: String
    /// Who signs; nil for unsigned requests, which public buckets answer.
    public var credentials: (any CredentialProvider)?
    /// Where the bucket's name goes.
    public var addressing: Addressing
    /// Whether signatures cover bodies.
    public var payloadSigning: PayloadSigning
    /// How the server encrypts.
    public var encryption: Encryption
    /// `STANDARD_IA`, `COLD` and so on; nil for the bucket's usual one.
    public var storageClass: String?
    /// In what order the server lists.
    public var listingOrder: ListingOrder
    /// Bytes of the first parts of an upload; objects no longer than that are written in one request. At least 5 MiB.
    public var partSize: Int
    /// Parts that are on their way at the same time, at most; fewer when parts are large.
    public var concurrentParts: Int
    /// How often, and after what delays, requests are tried again.
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
