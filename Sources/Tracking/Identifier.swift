import Essentials

/// Unique names, for MLflow's ids and this library's tokens.
enum Identifier {
    /// 32 hexadecimal digits.
    static func random() -> String { UUID().uuidString.replacing("-", with: "").lowercased() }
}
