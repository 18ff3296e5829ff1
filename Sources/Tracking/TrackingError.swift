import Columnar

/// A failure of tracking, with the object that it concerns.
public struct TrackingError: Error, Sendable, Hashable {
    /// The kind of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code in words.
        public let description: String

        /// There is no such experiment, run, model, version, alias or tag.
        public static let notFound = Code(description: "not found")
        /// The name is taken.
        public static let alreadyExists = Code(description: "already exists")
        /// A name, value, filter or URI that MLflow would refuse.
        public static let invalidValue = Code(description: "invalid value")
        /// The run or experiment is deleted, or a parameter has another value already.
        public static let invalidState = Code(description: "invalid state")
        /// The server does not accept the client's credentials, or does not permit the request.
        public static let permissionDenied = Code(description: "permission denied")
        /// The address is not that of an MLflow server, or of one that is too old.
        public static let incompatibleServer = Code(description: "incompatible server")
        /// The database is not one of MLflow's, or lacks what this library needs.
        public static let incompatibleDatabase = Code(description: "incompatible database")
        /// This build has no client of that kind of database: see the package trait `TrackingDatabases`.
        public static let unsupported = Code(description: "not supported by this build")
        /// The file is damaged.
        public static let corruptDatabase = Code(description: "corrupt database")
        /// The file may not be written.
        public static let readOnly = Code(description: "read-only")
        /// Others held the database for longer than the timeout.
        public static let busy = Code(description: "busy")
        /// Disk or quota is full.
        public static let noSpace = Code(description: "no space left")
        /// Any other failure of the database or server, or of the connection to it.
        public static let unavailable = Code(description: "unavailable")
    }

    /// The kind of failure.
    public var code: Code
    /// What it happened to: a URI, or a run, experiment or model by name.
    public var subject: String
    /// What happened and, where one exists, the remedy.
    public var message: String

    /// An error about `subject`.
    public init(_ code: Code, _ subject: String, _ message: String) {
        self.code = code
        self.subject = subject
        self.message = message
    }
}

extension TrackingError: CustomStringConvertible {
    /// One line: subject, message, code.
    public var description: String { "\(subject): \(message) (\(code))" }
}

extension TrackingError {
    static func changedParameter(_ key: String, of run: String, from earlier: String, to value: String) -> TrackingError
    {
        TrackingError(
            .invalidState, "run \(run)",
            "parameter '\(key)' is \(QuotedText.value(earlier, limit: 100)) and cannot become \(QuotedText.value(value, limit: 100))"
        )
    }
}
