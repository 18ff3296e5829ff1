/// A message's body as it is on the wire, chunk sizes included, in parts as they come.
struct BodyReader {
    private enum State {
        case done, size, data(Int), trailer, untilClose, length(Int)
    }
    private let socket: ProxySocket
    private var state: State

    init(_ socket: ProxySocket, framing: MessageHead.Framing) {
        self.socket = socket
        state =
            switch framing {
            case .none: .done
            case .chunked: .size
            case .untilClose: .untilClose
            case .length(let length): .length(length)
            }
    }

    var isComplete: Bool {
        if case .done = state { true } else { false }
    }

    /// The next part, of at most `limit` bytes (lines of the chunked coding come whole); nil after the last.
    mutating func next(_ limit: Int = 1 << 16) throws -> [UInt8]? {
        switch state {
        case .done:
            return nil
        case .length(let left):
            let chunk = try nonempty(min(left, limit))
            state = left == chunk.count ? .done : .length(left - chunk.count)
            return chunk
        case .untilClose:
            let chunk = try socket.take(limit)
            if chunk.isEmpty { state = .done }
            return chunk.isEmpty ? nil : chunk
        case .size:
            let line = try socket.takeLine()
            let digits = String(decoding: line.prefix { $0 != 0x0D && $0 != 0x0A && $0 != 0x3B }, as: UTF8.self)
            guard let size = Int(digits.filter { $0 != " " }, radix: 16), size >= 0, size < Int.max - 2 else {
                throw ProxyFailure.notHTTP
            }
            // With the line end after the data.
            state = size == 0 ? .trailer : .data(size + 2)
            return line
        case .data(let left):
            let chunk = try nonempty(min(left, limit))
            state = left == chunk.count ? .size : .data(left - chunk.count)
            return chunk
        case .trailer:
            let line = try socket.takeLine()
            if line == [0x0D, 0x0A] || line == [0x0A] { state = .done }
            return line
        }
    }

    private func nonempty(_ limit: Int) throws -> [UInt8] {
        let chunk = try socket.take(limit)
        guard !chunk.isEmpty else { throw ProxyFailure.ended }
        return chunk
    }
}
