import HTTPTransport
import StorageIO

/// How long a server asks clients to wait: seconds or a date (RFC 9110, section 10.2.3).
enum RetryAfter {
    static func duration(_ headers: TransportHeaders) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return .seconds(max(0, seconds)) }
        guard let until = UTCTime(httpDate: text), let date = headers["Date"].flatMap({ UTCTime(httpDate: $0) })
        else { return nil }
        return .seconds(max(0, until.seconds - date.seconds))
    }
}
