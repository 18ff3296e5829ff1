import Essentials

/// The status of a file or folder: `FileStatus` in the JSON schemas of the REST API's documentation.
struct WebHDFSFileStatus: Sendable, Hashable, Decodable {
    enum Kind: String, Sendable, Decodable {
        case file = "FILE"
        case folder = "DIRECTORY"
        case link = "SYMLINK"
    }

    /// The name in its folder; empty if the file itself was requested.
    let pathSuffix: String
    let type: Kind
    /// Bytes.
    let length: Int64
    /// Milliseconds since 1970.
    let modificationTime: Int64
    /// Bytes; the preferred size of the file's blocks.
    let blockSize: Int64?
    /// The inode number, which stays when the file is renamed. Older gateways do not report it.
    let fileId: Int64?
    /// The number of names in a folder. Older gateways do not report it.
    let childrenNum: Int64?

    /// Whether the file lies in an encryption zone, or is erasure-coded: true, or absent.
    let encBit: Bool?
    let ecBit: Bool?

    /// Bytes of each block, if the cluster's checksum is that of the content as it was written.
    var checksumBlockSize: Int64? { encBit == true || ecBit == true ? nil : blockSize }

    /// Differs between any two contents: a file that replaces another has another inode number, and appending, the only
    /// way to change a file, makes it longer.
    var entityTag: String { "\(fileId ?? 0)-\(modificationTime)-\(length)" }

    var modified: Date { Date(timeIntervalSince1970: Double(modificationTime) / 1000) }

    func metadata(_ key: ObjectKey) -> ObjectMetadata {
        ObjectMetadata(key: key, size: length, modified: modified, entityTag: entityTag)
    }
}

/// The size of a folder and everything below it: `ContentSummary`.
public struct HDFSContentSummary: Sendable, Hashable, Decodable {
    /// Bytes of all files, each counted once.
    public let length: Int64
    /// Bytes on disks, with all replicas.
    public let spaceConsumed: Int64
    /// Files.
    public let fileCount: Int64
    /// Folders, including the requested one.
    public let directoryCount: Int64
}

/// `FileChecksum`.
struct WebHDFSFileChecksum: Sendable, Hashable, Decodable {
    /// `MD5-of-0MD5-of-512CRC32C` and its like.
    let algorithm: String
    /// Hexadecimal digits; may be longer than the checksum.
    let bytes: String
    /// Bytes of the checksum.
    let length: Int

    /// The digits that belong to the checksum.
    var digits: String { String(bytes.lowercased().prefix(2 * max(0, min(length, bytes.utf8.count)))) }
}

/// `RemoteException`: why an operation failed.
struct WebHDFSRemoteException: Sendable, Hashable, Decodable {
    /// The class's name without its package.
    let exception: String
    let message: String?
}

/// The JSON object of a response, which has a single member.
protocol WebHDFSResponse: Decodable, Sendable {
    /// Whether sizes and counts are valid.
    var isPlausible: Bool { get }
}

extension WebHDFSResponse {
    var isPlausible: Bool { true }
}

enum WebHDFSResponses {
    struct Status: WebHDFSResponse {
        let FileStatus: WebHDFSFileStatus
        var isPlausible: Bool { FileStatus.length >= 0 }
    }

    struct Statuses: WebHDFSResponse {
        struct List: Decodable { let FileStatus: [WebHDFSFileStatus] }
        let FileStatuses: List
        var isPlausible: Bool { FileStatuses.FileStatus.allSatisfy { $0.length >= 0 } }
    }

    struct Summary: WebHDFSResponse {
        let ContentSummary: HDFSContentSummary
        var isPlausible: Bool {
            min(ContentSummary.length, ContentSummary.spaceConsumed) >= 0
                && min(ContentSummary.fileCount, ContentSummary.directoryCount) >= 0
        }
    }

    struct Checksum: WebHDFSResponse { let FileChecksum: WebHDFSFileChecksum }
    struct Failure: WebHDFSResponse { let RemoteException: WebHDFSRemoteException }
    struct Success: WebHDFSResponse { let boolean: Bool }

    /// nil for any other response.
    static func decode<Response: WebHDFSResponse>(_ type: Response.Type, _ bytes: [UInt8]) -> Response? {
        guard let response = try? JSONDecoder().decode(type, from: Data(bytes)), response.isPlausible else {
            return nil
        }
        return response
    }
}
