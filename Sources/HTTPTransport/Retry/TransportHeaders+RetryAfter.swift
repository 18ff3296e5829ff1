extension TransportHeaders {
    /// How long the server asks clients to wait: seconds, or a date relative to the response's own (RFC 9110, section
    /// 10.2.3).
    ///
    /// A date in the past is no wait. Nil without the field, and for a value that is neither form, such as a negative
    /// number. Seconds beyond 64 bits are as many as there are, which no policy waits for.
    package var retryAfter: Duration? {
        guard let text = self["Retry-After"] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) { return .seconds(Int64(text) ?? .max) }
        guard let until = HTTPDate.seconds(text), let date = self["Date"].flatMap(HTTPDate.seconds) else { return nil }
        return .seconds(max(0, until - date))
    }
}
