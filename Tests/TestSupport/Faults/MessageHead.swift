/// The first line and the header fields of an HTTP/1.x message (RFC 9112), byte for byte: each byte is one scalar of
/// these strings.
struct MessageHead {
    var firstLine: String
    var fields: [(name: String, value: String)] = []

    /// How the end of a message's body is found (RFC 9112 section 6.3).
    enum Framing: Equatable {
        case none, chunked, untilClose
        case length(Int)
    }

    /// The next head; nil when the connection ends before it.
    init?(from socket: ProxySocket) throws {
        guard try socket.hasMore() else { return nil }
        firstLine = try Self.text(socket.takeLine())
        guard firstLine.contains("HTTP/1.") else { throw ProxyFailure.notHTTP }
        while true {
            let line = try Self.text(socket.takeLine())
            if line.isEmpty { return }
            guard let colon = line.firstIndex(of: ":"), fields.count < 1000 else { throw ProxyFailure.notHTTP }
            let value = line[line.index(after: colon)...]
            fields.append((String(line[..<colon]), String(value.drop { $0 == " " || $0 == "\t" })))
        }
    }

    private static func text(_ line: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        for byte in line where byte != 0x0D && byte != 0x0A { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }

    var bytes: [UInt8] {
        var text = firstLine + "\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        return (text + "\r\n").unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    mutating func remove(_ names: Set<String>) { fields.removeAll { names.contains($0.name.lowercased()) } }

    /// Of a connection, not of the message; the proxy has its own.
    mutating func removeConnectionFields() { remove(["connection", "keep-alive", "proxy-connection"]) }

    private var words: [Substring] { firstLine.split(separator: " ", maxSplits: 2) }
    var method: String { String(words.first ?? "") }
    var target: String { words.count > 1 ? String(words[1]) : "" }
    var status: Int { words.count > 1 ? Int(words[1]) ?? 0 : 0 }

    var expectsContinue: Bool { self["expect"]?.lowercased() == "100-continue" }

    /// Whether the sender of this request keeps the connection for another one.
    var keepsAlive: Bool { firstLine.hasSuffix("HTTP/1.1") && self["connection"]?.lowercased() != "close" }

    private var explicitFraming: Framing? {
        get throws {
            if self["transfer-encoding"]?.lowercased() == "chunked" { return .chunked }
            guard let text = self["content-length"] else { return nil }
            guard let length = Int(text), length >= 0 else { throw ProxyFailure.notHTTP }
            return length == 0 ? Framing.none : .length(length)
        }
    }

    func requestFraming() throws -> Framing { try explicitFraming ?? .none }

    func responseFraming(to method: String) throws -> Framing {
        if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .none }
        return try explicitFraming ?? .untilClose
    }
}
