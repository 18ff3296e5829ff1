import Foundation
import Scoring
import TestSupport
import Testing

@Suite struct YAMLValueTests {
    private static let texts = [
        "", " ", "a", "null", "Null", "~", "true", "yes", "NO", "on", "off", "y", "1", "1.5", "1e3", "0x1f", "0o7",
        "1_000", "12:30:45",
        "2019-08-22", "-", "- a", "a: b", "a:", ": a", "#a", "a #b", "a#b", "{}", "[]", "{a", "[a", "&a", "*a", "!a",
        "!!str a", "|",
        ">", "%a", "@a", "`a", "'a'", "\"a\"", "a\"b", "a\\b", "\\n", "a\nb", "\n", "a\n", "\ta", "a\t", " a", "a ",
        "a\r\nb", "---", "...",
        "--- a", "=", "<<", "?", "? a", ",", "a,b", "ä", "日本", "\u{1F600}", "\u{0}", "\u{7}", "\u{1B}", "\u{7F}",
        "\u{80}", "\u{85}",
        "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", ".inf", ".nan", "nan",
        "inf", "3.17.2",
        "python=3.11.7", "pip<=23.2.1", "2/model.onnx", "x.y", "a/b-c_d", "N", "Y", "e5", "[{\"type\": \"double\"}]",
    ]

    private func value(_ generator: inout SeededGenerator, depth: Int) -> YAMLValue {
        func text() -> String {
            (0..<Int.random(in: 1...2, using: &generator)).map { _ in Self.texts.randomElement(using: &generator) ?? ""
            }
            .joined()
        }
        switch Int.random(in: 0..<(depth > 0 ? 10 : 4), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2:
            return .integer(.random(in: .min ... .max, using: &generator) >> Int.random(in: 0...63, using: &generator))
        case 3: return .string(text())
        case 4, 5, 6:
            return .sequence(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(&generator, depth: depth - 1) })
        default:
            var keys: Set<String> = []
            for _ in 0..<Int.random(in: 0...4, using: &generator) { keys.insert(text()) }
            return .mapping(keys.sorted().map { .init($0, value(&generator, depth: depth - 1)) })
        }
    }

    /// The same value as JSON, which says what is meant.
    private func json(_ value: YAMLValue) throws -> String {
        func quoted(_ text: String) throws -> String {
            String(decoding: try JSONEncoder().encode([text]), as: UTF8.self).dropFirst().dropLast().description
        }
        switch value {
        case .null: return "null"
        case .boolean(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .string(let text): return try quoted(text)
        case .sequence(let values): return "[" + (try values.map(json).joined(separator: ",")) + "]"
        case .mapping(let pairs):
            return "{" + (try pairs.map { try quoted($0.key) + ":" + json($0.value) }.joined(separator: ",")) + "}"
        }
    }

    @Test(.needs(.mlflowPython)) func pyYAMLReadsWhatIsMeant() throws {
        var generator = SeededGenerator(seed: 310)
        var values = Self.texts.map { YAMLValue.mapping([.init($0, .sequence([.string($0)]))]) }
        for _ in 0..<1_500 { values.append(value(&generator, depth: 4)) }
        let folder = try TemporaryFolder()
        let lines = try values.map { value -> String in
            #expect(value.text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
            let text = String(decoding: try JSONEncoder().encode([value.text]), as: UTF8.self)
            return "[\(text),\(try json(value))]"
        }
        try Data("[\(lines.joined(separator: ","))]".utf8).write(to: folder.url.appending(path: "cases.json"))
        let count = try Oracle.json(
            Int.self,
            """
            import sys, json, yaml
            cases = json.load(open(sys.argv[1], encoding='utf-8'))
            for (text,), value in cases:
                for loader in [yaml.SafeLoader, yaml.CSafeLoader]:
                    assert yaml.load(text, loader) == value, (text, value, yaml.load(text, loader))
            print(len(cases))
            """, [folder.path("cases.json")], interpreter: Oracle.mlflowPython)
        #expect(count == values.count)
    }
}
