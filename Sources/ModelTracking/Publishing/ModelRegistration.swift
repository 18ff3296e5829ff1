/// Under which name a model is registered, and what points at its version.
public struct ModelRegistration: Sendable, Hashable {
    /// The name of the registered model.
    public var name: String
    /// Such as ``ModelPublisher/championAlias``; nil for none.
    public var alias: String?

    /// A registration.
    public init(name: String = ModelPublisher.modelName, alias: String? = nil) {
        self.name = name
        self.alias = alias
    }

    /// What MLflow would refuse, found before a training; nil where there is nothing.
    public var flaw: String? {
        let scalars = name.unicodeScalars
        if scalars.allSatisfy(\.properties.isWhitespace) || scalars.contains("/") || scalars.contains(":") {
            return "a registered model's name may not be empty or hold '/' or ':'"
        }
        guard let alias else { return nil }
        let letters = alias.unicodeScalars
        let isWord = letters.allSatisfy { $0 == "-" || $0 == "_" || $0.properties.isAlphabetic || ("0"..."9") ~= $0 }
        let number = letters.dropFirst()
        let isVersion =
            (letters.first == "v" || letters.first == "V") && !number.isEmpty && number.allSatisfy { ("0"..."9") ~= $0 }
        guard !letters.isEmpty, isWord, !isVersion, alias.lowercased() != "latest" else {
            return "an alias may hold letters, digits, '_' and '-' only, and not be 'latest' or a version such as 'v1'"
        }
        return nil
    }
}
