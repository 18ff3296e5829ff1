/// A checksum of an object's content in one of the forms that stores keep.
public enum StoredChecksum: Sendable, Hashable {
    /// MD5 of the content (RFC 1321), 32 hexadecimal digits in lower case.
    case md5(String)
    /// S3's checksum of an object that was uploaded in parts: MD5 of the MD5 sums of parts of `partSize` bytes (the
    /// last one may be shorter), a hyphen, and the number of parts.
    case md5OfParts(String, partSize: Int64)
    /// HDFS's `MD5-of-xMD5-of-yCRC32C` and its like: comparable only among files of the same block and chunk sizes.
    case hdfs(algorithm: String, String)
}
