/// Assembles the head of a response from the lines that curl passes on.
package struct ResponseHeadParser {
    package enum Event: Equatable {
        case more
        case head(TransportResponseHead)
        case tooLarge
    }

    /// Bytes of all lines together; a longer head is taken for an attack.
    package static let limit = 256 << 10

    package init() {}

    private var status = 0
    private var headers = TransportHeaders()
    private var size = 0
    private var isComplete = false

    package mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Event {
        size += bytes.count
        if size > Self.limit { return .tooLarge }
        // Trailers of a chunked body come here as well.
        guard !isComplete else { return .more }
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        if line.isEmpty { return finishHead() }
        if line.starts(with: "HTTP/".utf8) {
            let code = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: true)
            status = code.count > 1 ? Int(Self.text(code[1])) ?? 0 : 0
            headers = TransportHeaders()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            headers.add(Self.text(line[..<colon]), Self.text(line[(colon + 1)...]))
        }
        return .more
    }

    private mutating func finishHead() -> Event {
        // 1xx is interim: the final response is still to come (RFC 9110, section 15.2).
        guard status >= 200 else { return .more }
        isComplete = true
        return .head(TransportResponseHead(status: status, headers: headers))
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let trimmed = bytes.drop(while: isBlank)
        let end = trimmed.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? trimmed.startIndex
        return String(decoding: trimmed[trimmed.startIndex..<end], as: UTF8.self)
    }
}
