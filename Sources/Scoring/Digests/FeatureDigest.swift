import Checksums

/// What the features of a transaction were when it was scored, in a few bytes: logged with the score, it shows later whether
/// they can be computed again, bit for bit, and if not, which of them differ.
///
/// As text it is 16 hexadecimal digits of a hash over names and values, then two digits for each feature:
///
/// - The hash is XXH64 of the values XOR XXH64 of the names, both with seed 0. The values are their 32-bit patterns (IEEE 754), four
///   bytes each, little-endian, one after the other; any NaN is `7FC00000`, and -0 differs from 0. The names are in UTF-8 with a line
///   feed between them.
/// - A feature's two digits are the upper 8 bits of its pattern multiplied by `9E3779B1` modulo 2³². Of 256 changed values about
///   255 have other digits.
///
/// This is the first form; another one would begin with a character that is no hexadecimal digit. It detects changes, not forgery: whoever can write digests
/// can write fitting ones.
public struct FeatureDigest: Sendable, Hashable {
    /// Of names and values.
    public let hash: UInt64
    /// 8 bits of each feature's value, in the features' order.
    public let checks: [UInt8]

    package init(hash: UInt64, checks: [UInt8]) {
        self.hash = hash
        self.checks = checks
    }

    /// The digest of one transaction's features.
    /// - Parameters:
    ///   - names: The features' names, in the order in which the classifier gets them.
    ///   - values: As many values.
    /// - Precondition: There are as many values as names.
    public init(names: [String], values: [Float]) {
        precondition(names.count == values.count, "a value for each name")
        self = values.withUnsafeBufferPointer { FeatureDigester(names).digest($0) }
    }

    /// Which features have other values than those of another digest, by position. With the same positions equal in both the hashes
    /// may differ still: by names, or by one change in 256 that the digits do not show.
    /// - Returns: nil when the other has another number of features.
    public func differences(from other: FeatureDigest) -> [Int]? {
        guard checks.count == other.checks.count else { return nil }
        return checks.indices.filter { checks[$0] != other.checks[$0] }
    }
}

extension FeatureDigest: LosslessStringConvertible {
    private static let hashBytes = 8

    /// Reads the text of a digest, in small or capital letters; nil for anything else.
    public init?(_ text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = Self.value(ofDigit: character) else { return nil }
            if let left = high {
                bytes.append(left << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil, bytes.count >= Self.hashBytes else { return nil }
        hash = bytes[..<Self.hashBytes].reduce(0) { $0 << 8 | UInt64($1) }
        checks = Array(bytes[Self.hashBytes...])
    }

    /// The text, in small letters.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength(featureCount: checks.count)) { text in
            var length = 0
            Self.append(hash: hash, checks: checks[...]) {
                text[length] = $0
                length += 1
            }
            return length
        }
    }

    static func textLength(featureCount: Int) -> Int { 2 * (hashBytes + featureCount) }

    /// Gives the characters of a digest's text, one after the other.
    static func append(hash: UInt64, checks: ArraySlice<UInt8>, to write: (UInt8) -> Void) {
        func append(_ byte: UInt8) {
            write(digit(byte >> 4))
            write(digit(byte & 15))
        }
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: hash >> UInt64(shift))) }
        for check in checks { append(check) }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    private static func value(ofDigit character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x37
        case 0x61...0x66: character - 0x57
        default: nil
        }
    }
}
