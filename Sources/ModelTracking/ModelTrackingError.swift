/// What keeps a model from being loaded, published or promoted, beyond the errors of tracking, scoring and pipelines.
public enum ModelTrackingError: Error, Sendable, Hashable {
    /// The request does not fit together, or does not fit what the registry holds; the text says what to do about it.
    case invalidRequest(String)
    /// A server or database did not respond in time.
    case noResponse(from: String, within: Duration)
}

extension ModelTrackingError: CustomStringConvertible {
    /// One line for a terminal or a log.
    public var description: String {
        switch self {
        case .invalidRequest(let message): message
        case .noResponse(let subject, let limit):
            "\(subject) did not respond within \(limit.components.seconds) seconds"
        }
    }
}
