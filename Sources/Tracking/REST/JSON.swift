/// A JSON value (RFC 8259) as MLflow's server and its clients exchange it: whole numbers stay exact.
enum JSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON {
    /// A number as protocol buffers write it in JSON: what is not finite becomes a text.
    init(_ value: Double) {
        if value.isNaN {
            self = .text("NaN")
        } else if value.isInfinite {
            self = .text(value > 0 ? "Infinity" : "-Infinity")
        } else {
            self = .number(value)
        }
    }

    /// The members that have a value.
    static func object(present members: [String: JSON?]) -> JSON { .object(members.compactMapValues { $0 }) }

    /// `[{"key": …, "value": …}]`, by ascending key.
    static func entries(_ entries: [String: String]) -> JSON {
        .array(entries.sorted { $0.key < $1.key }.map { .object(["key": .text($0.key), "value": .text($0.value)]) })
    }

    /// The JSON text in UTF-8, members by ascending name.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += "\(value)".utf8
        // The shortest text that reads as the same double. JSON knows no other numbers.
        case .number(let value): bytes += value.isFinite ? Array("\(value)".utf8) : Array("null".utf8)
        case .text(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
