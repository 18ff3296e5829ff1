/// Errors in settings and stored state of features.
public enum FeatureError: Error, Sendable, Hashable {
    case invalidWindows(String)
    /// A state that was kept for other windows than the pipeline's.
    case stateMismatch(expected: FeatureWindows, actual: FeatureWindows)
    /// A stored state that cannot be read, with the position and the problem.
    case malformedState(byteOffset: Int, message: String)
}

extension FeatureError: CustomStringConvertible {
    /// One line that says what is wrong with which value.
    public var description: String {
        switch self {
        case .invalidWindows(let message):
            message
        case .stateMismatch(let expected, let actual):
            "the feature state was kept for the windows \(actual), the pipeline has \(expected)"
        case .malformedState(let byteOffset, let message):
            "malformed feature state at byte \(byteOffset): \(message)"
        }
    }
}
