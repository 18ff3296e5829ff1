extension CocoaError {
    /// The system's reason for the refusal, such as `Permission denied`.
    package var reason: String {
        if let cause = underlying as? POSIXError { return cause.reason }
        return switch code {
        case .fileNoSuchFile, .fileReadNoSuchFile: String(cString: strerror(ENOENT))
        case .fileReadNoPermission, .fileWriteNoPermission: String(cString: strerror(EACCES))
        case .fileWriteFileExists: String(cString: strerror(EEXIST))
        case .fileWriteOutOfSpace: String(cString: strerror(ENOSPC))
        case .fileWriteVolumeReadOnly: String(cString: strerror(EROFS))
        default: "\(self)"
        }
    }
}

extension POSIXError {
    /// The system's text for the error.
    package var reason: String { String(cString: strerror(code.rawValue)) }
}

/// Why something failed, in few words: the system's text for Foundation's errors, which describe themselves as a dump
/// of their properties.
package func reason(of error: any Error) -> String {
    switch error {
    case let error as CocoaError: error.reason
    case let error as POSIXError: error.reason
    default: "\(error)"
    }
}
