import JSONText

/// A value to be written as JSON or UBJSON, with arrays in the types that XGBoost reads.
enum XGBoostDocument: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    case object([(String, XGBoostDocument)])
    case array([XGBoostDocument])
    case string(String)
    case integer(Int)
    case uint8([Int])
    case int32([Int])
    case int64([Int])
    case float32([Float])

    init(dictionaryLiteral elements: (String, XGBoostDocument)...) { self = .object(elements) }

    init(stringLiteral value: String) { self = .string(value) }

    static func strings(_ values: [String]) -> XGBoostDocument { .array(values.map { .string($0) }) }

    // MARK: JSON

    var json: [UInt8] {
        var bytes: [UInt8] = []
        writeJSON(to: &bytes)
        return bytes
    }

    private func writeJSON(to bytes: inout [UInt8]) {
        func write<Element>(_ values: [Element], _ element: (Element, inout [UInt8]) -> Void) {
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element(value, &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += JSONValue.string(name).bytes
                bytes.append(UInt8(ascii: ":"))
                value.writeJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let values): write(values) { $0.writeJSON(to: &$1) }
        case .string(let text): bytes += JSONValue.string(text).bytes
        case .integer(let value): bytes += "\(value)".utf8
        case .uint8(let values), .int32(let values), .int64(let values): write(values) { $1 += "\($0)".utf8 }
        case .float32(let values):
            // The shortest digits that give the number again.
            write(values) { $1 += ($0.isFinite ? "\($0)" : $0 < 0 ? "-Infinity" : "Infinity").utf8 }
        }
    }

    // MARK: UBJSON

    var ubjson: [UInt8] {
        var bytes: [UInt8] = []
        writeUBJSON(to: &bytes)
        return bytes
    }

    private func writeUBJSON(to bytes: inout [UInt8]) {
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        func length(_ count: Int) {
            bytes.append(UInt8(ascii: "L"))
            append(Int64(count))
        }
        func text(_ text: String) {
            length(text.utf8.count)
            bytes += text.utf8
        }
        func typed<Element>(_ type: Unicode.Scalar, _ values: [Element], _ element: (Element) -> Void) {
            bytes += "[$".utf8
            bytes.append(UInt8(ascii: type))
            bytes.append(UInt8(ascii: "#"))
            length(values.count)
            values.forEach(element)
        }
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (name, value) in members {
                text(name)
                value.writeUBJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let values):
            bytes += "[#".utf8
            length(values.count)
            for value in values { value.writeUBJSON(to: &bytes) }
        case .string(let value):
            bytes.append(UInt8(ascii: "S"))
            text(value)
        case .integer(let value): length(value)
        case .uint8(let values): typed("U", values) { append(UInt8(truncatingIfNeeded: $0)) }
        case .int32(let values): typed("l", values) { append(Int32(truncatingIfNeeded: $0)) }
        case .int64(let values): typed("L", values) { append(Int64($0)) }
        case .float32(let values): typed("d", values) { append($0.bitPattern) }
        }
    }
}
