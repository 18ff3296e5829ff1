import Foundation

/// Errors as one line for a person.
enum PlainError {
    /// The error's own words; for those of Foundation, which describe themselves as a dump of their parts, path and reason.
    static func text(_ error: any Error) -> String {
        let isFoundations =
            error is CocoaError || error is POSIXError || error is URLError || type(of: error) is NSError.Type
        guard isFoundations else { return "\(error)" }
        let error = error as NSError
        let cause = (error.userInfo[NSUnderlyingErrorKey] as? NSError) ?? error
        let reason =
            cause.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(clamping: cause.code))) : error.localizedDescription
        let path = error.userInfo[NSFilePathErrorKey] as? String ?? (error.userInfo[NSURLErrorKey] as? URL)?.path()
        return path.map { "'\($0)': \(reason)" } ?? reason
    }
}
