import Features
import TestSupport
import Testing

/// Texts that nobody means are refused with an error whose position is in the text, or do something; none ends the program.
@Suite struct ExpressionFuzzTests {
    private static let fragments = [
        "amount", "currency", "`foreign card`", "`", "'", "\"", "'EUR'", "1", "-1", "1e9", "9223372036854775808", ".5",
        "(", ")", ",",
        " ", "and", "or", "not", "in", "between", "is", "null", "true", "+", "-", "*", "/", "%", "=", "!=", "<", ">=",
        "!", "é", "😀",
        "if(", "coalesce(", "lower(", "min(", "\u{0}", "\u{301}", "booked", "'2024-03-01'", "online",
    ]

    /// Reads and evaluates a text, and checks the error if it is refused.
    private static func attempt(_ text: String, _ record: TransactionRecord) {
        do {
            let expression = try RowExpression(text)
            let printed = try RowExpression(expression.description)
            #expect(printed == expression)
            let bound = try expression.bind(to: ExpressionSamples.schema)
            #expect(bound.truth(of: record) == bound.truth(of: record))
        } catch {
            #expect(error.text == text)
            #expect((0...text.utf8.count).contains(error.position))
            #expect(!error.description.isEmpty)
        }
    }

    @Test func randomFragments() {
        var generator = ExpressionGenerator(seed: 7)
        let record = generator.record()
        for _ in 0..<8000 {
            let count = Int.random(in: 1...12, using: &generator.generator)
            let text = (0..<count).compactMap { _ in Self.fragments.randomElement(using: &generator.generator) }
            Self.attempt(text.joined(separator: Bool.random(using: &generator.generator) ? " " : ""), record)
        }
    }

    @Test func randomBytes() {
        var generator = ExpressionGenerator(seed: 8)
        let record = generator.record()
        for _ in 0..<3000 {
            let count = Int.random(in: 0...40, using: &generator.generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator.generator) }
            Self.attempt(String(decoding: bytes, as: UTF8.self), record)
        }
    }

    @Test func mutatedExpressions() {
        var generator = ExpressionGenerator(seed: 9)
        let record = generator.record()
        for _ in 0..<2000 {
            var bytes = Array(generator.truth(3).text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator.generator) where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &generator.generator)
                switch Int.random(in: 0..<3, using: &generator.generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator.generator)
                default: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &generator.generator), at: index)
                }
            }
            Self.attempt(String(decoding: bytes, as: UTF8.self), record)
        }
    }
}
