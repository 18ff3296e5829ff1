import Essentials

/// What a transfer did, or would do.
public struct TransferReport: Sendable, Hashable, Codable {
    /// One object and what happened to it.
    public struct Object: Sendable, Hashable, Codable {
        /// The location at the destination.
        public var location: String
        /// Bytes.
        public var size: Int64
    }

    /// An object that could not be copied or removed.
    public struct Failure: Sendable, Hashable, Codable {
        /// The location at the source, or at the destination if removing failed.
        public var location: String
        /// Why.
        public var message: String
    }

    /// Objects copied, in the order of their keys; with a dry run, those that would be.
    public var copied: [Object] = []
    /// How many objects already existed with the same content.
    public var unchanged = 0
    /// Bytes of those.
    public var unchangedBytes: Int64 = 0
    /// Objects removed at the destination; with a dry run, those that would be.
    public var deleted: [Object] = []
    /// Failures. Other objects were still copied, but nothing was removed.
    public var failures: [Failure] = []
    /// Whether nothing was done.
    public var isDryRun = false
    /// From listing to the end. Encoded as the number `seconds`.
    public var elapsed: Duration = .zero

    /// Nothing has been done.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case copied, unchanged, unchangedBytes, deleted, failures, isDryRun, seconds
    }

    /// Decodes what ``encode(to:)`` has encoded.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        copied = try values.decode([Object].self, forKey: .copied)
        unchanged = try values.decode(Int.self, forKey: .unchanged)
        unchangedBytes = try values.decode(Int64.self, forKey: .unchangedBytes)
        deleted = try values.decode([Object].self, forKey: .deleted)
        failures = try values.decode([Failure].self, forKey: .failures)
        isDryRun = try values.decode(Bool.self, forKey: .isDryRun)
        elapsed = .seconds(try values.decode(Double.self, forKey: .seconds))
    }

    /// Encodes the properties under their names, and ``elapsed`` as `seconds`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(copied, forKey: .copied)
        try values.encode(unchanged, forKey: .unchanged)
        try values.encode(unchangedBytes, forKey: .unchangedBytes)
        try values.encode(deleted, forKey: .deleted)
        try values.encode(failures, forKey: .failures)
        try values.encode(isDryRun, forKey: .isDryRun)
        try values.encode(elapsed.inSeconds, forKey: .seconds)
    }

    /// Bytes of the objects copied.
    public var copiedBytes: Int64 { copied.reduce(0) { $0 + $1.size } }
}

/// The progress of a transfer.
public struct TransferProgress: Sendable, Hashable {
    /// Objects copied, left or failed.
    public var objectsDone = 0
    /// Objects in all.
    public var objectsTotal = 0
    /// Bytes copied, left or failed.
    public var bytesDone: Int64 = 0
    /// Bytes in all.
    public var bytesTotal: Int64 = 0
}

/// A transfer that cannot begin.
public enum TransferError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is nothing at the source.
    case nothingFound(String)
    /// The destination lies in the source or the source in the destination, or the destination is a pattern.
    case unusableDestination(String, reason: String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .nothingFound(let location): "\(location): there is no such object, and none below it or matching it"
        case .unusableDestination(let location, let reason): "\(location): \(reason)"
        }
    }
}
