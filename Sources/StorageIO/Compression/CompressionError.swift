/// Why compressed bytes could not be read, or bytes could not be compressed.
public enum CompressionError: Error, Sendable, Hashable {
    /// The bytes are not what the codec writes.
    case corrupt(codec: String, message: String)
    /// The input ends in the middle of a compressed stream.
    case truncated(codec: String)
    /// The content is not as long as its container says.
    case sizeMismatch(codec: String, expected: Int, actual: Int)
    /// The codec's library could not be started (out of memory, parameter out of range).
    case unavailable(codec: String, message: String)
}

extension CompressionError: CustomStringConvertible {
    /// One line for a person.
    public var description: String {
        switch self {
        case .corrupt(let codec, let message): "corrupt \(codec) data: \(message)"
        case .truncated(let codec): "truncated \(codec) data"
        case .sizeMismatch(let codec, let expected, let actual):
            "\(codec) data hold \(actual) bytes, expected \(expected)"
        case .unavailable(let codec, let message): "\(codec) cannot be used: \(message)"
        }
    }
}
