import Essentials

/// Errors as one line for a person.
enum PlainError {
    /// The error's description; for errors of Foundation, which describe themselves as a dump of their parts, path and reason.
    static func text(_ error: any Error) -> String {
        let path = (error as? CocoaError).flatMap { $0.filePath ?? $0.url?.path() }
        return path.map { "'\($0)': \(reason(of: error))" } ?? reason(of: error)
    }
}
