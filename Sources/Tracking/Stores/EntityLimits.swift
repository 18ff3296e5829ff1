/// What names and values MLflow 3 takes. Lengths count Unicode scalars.
enum EntityLimits {
    static let key = 250
    static let parameterValue = 6000
    static let tagValue = 8000
    static let runName = 250
    static let experimentName = 500
    static let experimentTagValue = 20_000
    static let registryTagValue = 100_000
    static let description = 5000
    static let alias = 255
    static let modelName = 256
    static let source = 500
    static let datasetName = 500
    static let datasetDigest = 36
    static let datasetSource = 65_535
    static let datasetSchema = 1_048_575
    static let datasetProfile = 16_777_215
    static let inputTagKey = 255
    static let inputTagValue = 500

    /// Parameter, metric and tag names: letters, digits and `_ / . - : space`, and the same name when read as a path.
    static func check(key name: String, of kind: String) throws(TrackingError) {
        guard !name.isEmpty, name.unicodeScalars.allSatisfy(isNameScalar) else {
            throw TrackingError(
                .invalidValue, "\(kind) name '\(name)'",
                "may hold letters, digits, underscores, dashes, periods, spaces, colons and slashes only, at least one")
        }
        guard isPlainPath(name) else {
            throw TrackingError(.invalidValue, "\(kind) name '\(name)'", "reads as the path of another name")
        }
        try check(length: name, of: "\(kind) name", limit: key)
    }

    static func check(parameter key: String, _ value: String) throws(TrackingError) {
        try check(key: key, of: "parameter")
        try check(length: value, of: "value of parameter '\(key)'", limit: parameterValue)
    }

    static func check(runTag key: String, _ value: String) throws(TrackingError) {
        try check(key: key, of: "tag")
        let limit = key == MLflowTag.runName ? runName : tagValue
        try check(length: value, of: "value of tag '\(key)'", limit: limit)
    }

    static func check(experimentTag key: String, _ value: String) throws(TrackingError) {
        try check(key: key, of: "tag")
        try check(length: value, of: "value of tag '\(key)'", limit: experimentTagValue)
    }

    static func check(registryTag key: String, _ value: String) throws(TrackingError) {
        try check(key: key, of: "tag")
        try check(length: value, of: "value of tag '\(key)'", limit: registryTagValue)
    }

    static func check(metric: Metric) throws(TrackingError) {
        try check(key: metric.key, of: "metric")
        guard metric.timestamp >= .epoch else {
            throw TrackingError(
                .invalidValue, "metric '\(metric.key)'", "timestamp \(metric.timestamp) is before 1970")
        }
    }

    static func check(input: DatasetInput) throws(TrackingError) {
        guard !input.name.isEmpty else { throw TrackingError(.invalidValue, "data set", "has an empty name") }
        let subject = "of data set '\(input.name.prefix(100))'"
        try check(length: input.name, of: "name \(subject)", limit: datasetName)
        try check(length: input.digest, of: "digest \(subject)", limit: datasetDigest)
        try check(length: input.sourceType, of: "source type \(subject)", limit: datasetDigest)
        try check(length: input.source, of: "source \(subject)", limit: datasetSource)
        try check(length: input.schema ?? "", of: "schema \(subject)", limit: datasetSchema)
        try check(length: input.profile ?? "", of: "profile \(subject)", limit: datasetProfile)
        for (key, value) in input.allTags {
            try check(length: key, of: "tag name \(subject)", limit: inputTagKey)
            try check(length: value, of: "tag '\(key)' \(subject)", limit: inputTagValue)
        }
    }

    static func check(experimentName name: String) throws(TrackingError) {
        guard !name.isEmpty else { throw TrackingError(.invalidValue, "experiment name", "is empty") }
        try check(length: name, of: "experiment name", limit: experimentName)
    }

    static func check(runName name: String) throws(TrackingError) {
        try check(length: name, of: "run name", limit: runName)
    }

    static func check(modelName name: String) throws(TrackingError) {
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw TrackingError(.invalidValue, "model name", "is empty")
        }
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(UInt8(ascii: ":")), isPlainPath(name) else {
            throw TrackingError(.invalidValue, "model name '\(name)'", "may not hold '/' or ':', or be '.' or '..'")
        }
        try check(length: name, of: "model name", limit: modelName)
    }

    static func check(alias: String) throws(TrackingError) {
        guard !alias.isEmpty, alias.unicodeScalars.allSatisfy({ $0 == "-" || isWordScalar($0) }) else {
            throw TrackingError(
                .invalidValue, "alias '\(alias)'", "may hold letters, digits, underscores and dashes only, at least one"
            )
        }
        let isVersionLike =
            (alias.first == "v" || alias.first == "V") && alias.count > 1
            && alias.dropFirst().allSatisfy(\.isNumber)
        guard alias.lowercased() != "latest", !isVersionLike else {
            throw TrackingError(.invalidValue, "alias '\(alias)'", "is reserved")
        }
        try check(length: alias, of: "alias", limit: self.alias)
    }

    /// Texts that databases hold: no longer than the limit, and without NUL, which PostgreSQL does not take and C ends at.
    static func check(length text: String, of kind: String, limit: Int) throws(TrackingError) {
        guard text.utf8.count <= limit || text.unicodeScalars.count <= limit else {
            throw TrackingError(
                .invalidValue, kind, "has \(text.unicodeScalars.count) characters; at most \(limit) are stored")
        }
        guard !text.utf8.contains(0) else { throw TrackingError(.invalidValue, kind, "holds a NUL character") }
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "/", ".", "-", " ", ":": true
        default: isWordScalar(scalar)
        }
    }

    /// Python's `\w`.
    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return scalar.properties.numericType != nil
        }
    }

    /// Whether POSIX path normalisation leaves the name as it is, and inside its folder.
    private static func isPlainPath(_ name: String) -> Bool {
        let segments = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !name.utf8.starts(with: "..".utf8)
            && segments.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }
}

/// Keys of tags that MLflow itself reads.
enum MLflowTag {
    static let runName = "mlflow.runName"
    static let parentRunID = "mlflow.parentRunId"
    static let user = "mlflow.user"
    static let sourceName = "mlflow.source.name"
    static let sourceType = "mlflow.source.type"
    static let gitCommit = "mlflow.source.git.commit"
    static let note = "mlflow.note.content"
    static let datasetContext = "mlflow.data.context"
    static let isPrompt = "mlflow.prompt.is_prompt"
}
