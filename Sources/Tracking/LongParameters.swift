import Essentials
import JSONText

/// Parameters of any length as MLflow can keep them: long values cut, and a file that has them whole.
struct LongParameters {
    /// The file in the run's artifacts.
    static let path = "parameters.json"

    /// No value is longer than ``EntityLimits/parameterValue``; those that were end with `…`.
    let values: [String: String]
    /// The values that were cut, whole, as a JSON object; nil when there are none.
    let file: [UInt8]?

    init(_ parameters: [String: String]) {
        let limit = EntityLimits.parameterValue
        let long = parameters.filter { $0.value.utf8.count > limit && $0.value.unicodeScalars.count > limit }
        let cut = long.mapValues { value in
            var cut = String.UnicodeScalarView()
            cut.append(contentsOf: value.unicodeScalars.prefix(limit - 1))
            cut.append("…")
            return String(cut)
        }
        values = parameters.merging(cut) { _, cut in cut }
        file = long.isEmpty ? nil : JSONValue.object(present: long.mapValues(JSONValue.string)).bytes
    }
}

extension Run {
    /// Logs parameters of any length: a value that is longer than MLflow takes is cut, and all of it is kept in the file
    /// `parameters.json` of the run.
    public func log(anyLength parameters: [String: String]) async throws {
        let cut = LongParameters(parameters)
        try await log(parameters: cut.values)
        if let file = cut.file { try await log(artifact: file, as: LongParameters.path) }
    }
}
