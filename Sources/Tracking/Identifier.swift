import Essentials

/// Names that nobody else has, as MLflow's ids and this library's tokens are.
enum Identifier {
    /// 32 hexadecimal digits.
    static func random() -> String { UUID().uuidString.replacing("-", with: "").lowercased() }
}
