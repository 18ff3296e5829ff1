/// A value of an XGBoost model in either of its forms: JSON, or Universal Binary JSON.
enum XGBoostValue: Sendable {
    case object([String: XGBoostValue])
    /// An array of numbers; truth values are 0 and 1, as versions before 1.6 write default directions.
    case numbers([Double])
    /// Any other array.
    case array([XGBoostValue])
    case number(Double)
    case string(String)
    case null

    /// The bytes as JSON, or as UBJSON where they are not.
    ///
    /// Both begin with a brace; then a member's name follows in quotes in JSON, the length of the name in UBJSON.
    /// - Throws: ``ModelError/malformedModel(_:)`` with the byte at which something is wrong.
    init(_ bytes: [UInt8], fileName: String) throws(ModelError) {
        let isJSON = Self.isJSON(bytes)
        do {
            self = try bytes.withUnsafeBufferPointer { bytes in
                isJSON ? try XGBoostJSONReader.value(bytes) : try UBJSONReader.value(bytes)
            }
        } catch {
            throw .malformedModel("\(fileName): \(error)")
        }
    }

    static func isJSON(_ bytes: [UInt8]) -> Bool {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let content = bytes.drop(while: isBlank)
        guard content.first == UInt8(ascii: "{") else { return true }
        let next = content.dropFirst().drop(while: isBlank).first
        return next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") || next == nil
    }
}
