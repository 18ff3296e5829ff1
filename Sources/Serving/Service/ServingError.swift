/// Why a server could not start.
public enum ServingError: Error, Sendable, Hashable {
    /// The address is in use, not one of this machine, or not permitted.
    case cannotListen(host: String, port: Int, reason: String)
}

extension ServingError: CustomStringConvertible {
    /// The reason, in one line.
    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        }
    }
}
