/// Why a server could not serve.
public enum ServingError: Error, Sendable, Hashable {
    /// The address is in use, not ours, or not permitted.
    case cannotListen(host: String, port: Int, reason: String)
}

extension ServingError: CustomStringConvertible {
    /// What is wrong, in one line.
    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        }
    }
}
