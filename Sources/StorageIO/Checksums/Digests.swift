import Crypto
import Essentials
import Parallelism

/// Hashes of bodies, computed on a thread for blocking work when they take more than a moment.
package enum Digests {
    /// Bytes that are hashed without switching to another thread.
    static let briefly = 1 << 16

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                result.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Bytes from pairs of hexadecimal digits; nil for anything else.
    static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    package static func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    static func md5(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: bytes)) }

    static func asyncSHA256(_ bytes: [UInt8]) async throws -> String {
        if bytes.count <= briefly { return sha256(bytes) }
        return try await BlockingPool.files.run { sha256(bytes) }
    }

    static func asyncMD5(_ bytes: [UInt8]) async throws -> [UInt8] {
        if bytes.count <= briefly { return md5(bytes) }
        return try await BlockingPool.files.run { md5(bytes) }
    }
}
