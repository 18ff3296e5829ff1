/// One operation of the WebHDFS REST API (Apache Hadoop documentation, "WebHDFS REST API").
struct WebHDFSOperation: Sendable {
    /// `OPEN`, `CREATE` and so on.
    let name: String
    /// `GET`, `PUT`, `POST` or `DELETE`.
    let method: String
    /// Absolute, not percent-encoded.
    let path: String
    /// Names and values, not percent-encoded.
    var parameters: [(name: String, value: String)]

    init(_ name: String, _ method: String, _ path: String, _ parameters: [(name: String, value: String)] = []) {
        self.name = name
        self.method = method
        self.path = path
        self.parameters = parameters
    }

    /// - Parameters:
    ///   - nameNode: The address without closing `/`.
    ///   - identity: The parameters that identify the user.
    func url(at nameNode: String, identity: [(name: String, value: String)]) -> String {
        var url = nameNode + "/webhdfs/v1" + Self.percentEncoded(path, keeping: "/") + "?op=" + name
        for (name, value) in parameters + identity { url += "&\(name)=\(Self.percentEncoded(value))" }
        return url
    }

    /// Keeps the unreserved characters of RFC 3986, and `kept`.
    static func percentEncoded(_ text: String, keeping kept: Unicode.Scalar? = nil) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case let byte where kept.map { UInt32(byte) == $0.value } ?? false:
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
