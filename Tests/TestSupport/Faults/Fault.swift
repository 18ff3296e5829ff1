/// What a ``FaultProxy`` does to one request. Halves are of the body, or of the head if there is no body.
package enum Fault: Sendable, Hashable {
    /// The connection is reset as soon as the request's head was read.
    case resetBeforeReading
    /// The connection is reset when the request was read whole; the server never sees it.
    case resetAfterReading
    /// The server executes the request, then the connection is reset: the response is lost.
    case loseResponse
    /// The connection is reset after half of the response.
    case resetInResponse
    /// The connection is closed normally after half of the response.
    case truncateResponse
    /// A response of the proxy, such as 500 or 503; the server never sees the request.
    case response(status: Int, retryAfter: Int? = nil)
    /// The request is read slowly, its body in small parts.
    case slowRequest(bytesPerSecond: Int)
    /// The response is sent slowly, in small parts.
    case slowResponse(bytesPerSecond: Int)
    /// No response for so long, then a reset; the server never sees the request.
    case stall(Duration)
    /// Half of the response, then nothing for so long, then a reset.
    case stallInResponse(Duration)
    /// Bytes that are not HTTP instead of a response; the server never sees the request.
    case garbage

    /// Faults without their amounts, for counting.
    package enum Kind: String, Sendable, CaseIterable {
        case resetBeforeReading, resetAfterReading, loseResponse, resetInResponse, truncateResponse, response
        case slowRequest, slowResponse, stall, stallInResponse, garbage
    }

    package var kind: Kind {
        switch self {
        case .resetBeforeReading: .resetBeforeReading
        case .resetAfterReading: .resetAfterReading
        case .loseResponse: .loseResponse
        case .resetInResponse: .resetInResponse
        case .truncateResponse: .truncateResponse
        case .response: .response
        case .slowRequest: .slowRequest
        case .slowResponse: .slowResponse
        case .stall: .stall
        case .stallInResponse: .stallInResponse
        case .garbage: .garbage
        }
    }
}

/// A request as a ``FaultProxy`` sees it.
package struct ProxiedRequest: Sendable {
    package let method: String
    /// Path and query, as sent.
    package let target: String
    /// The value of its `Range` field.
    package let range: String?
    /// From 1 on: how often this proxy has seen the same method, target and range.
    package internal(set) var count: Int

    package init(method: String, target: String, range: String?, count: Int) {
        (self.method, self.target, self.range, self.count) = (method, target, range, count)
    }

    /// The same for all retries of one request.
    package var identity: String { "\(method) \(target) \(range ?? "")" }
}

/// Decides on each request's fault; nil lets it pass. Called from many threads.
package typealias FaultChoice = @Sendable (ProxiedRequest) -> Fault?
