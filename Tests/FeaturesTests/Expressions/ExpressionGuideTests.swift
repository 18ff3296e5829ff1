import Columnar
import Features
import Foundation
import TestSupport
import Testing

/// Every example of the guide to expressions does what the guide says.
@Suite struct ExpressionGuideTests {
    /// Lines of the guide's blocks, each cut at the separator.
    private static func lines(_ language: String, separator: String) throws -> [(String, String)] {
        try Article.examples(guide: "Expressions", language: language).flatMap { block in
            try block.split(separator: "\n").map { line in
                let cut = try #require(line.range(of: separator, options: .backwards))
                return (
                    line[..<cut.lowerBound].trimmingCharacters(in: .whitespaces),
                    line[cut.upperBound...].trimmingCharacters(in: .whitespaces)
                )
            }
        }
    }

    /// The guide's transaction.
    private static func record() throws -> TransactionRecord {
        let json = try #require(try Article.examples(guide: "Expressions", language: "json").first)
        let object = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        var values: [String: TransactionValue] = [:]
        for column in ExpressionSamples.schema.columns {
            switch (column.type, object[column.name]) {
            case (.integer, let value as NSNumber): values[column.name] = .integer(value.int64Value)
            case (.float, let value as NSNumber): values[column.name] = .number(value.doubleValue)
            case (.boolean, let value as NSNumber): values[column.name] = .boolean(value.boolValue)
            case (.timestamp, let value as String):
                values[column.name] = .time(try #require(CivilDateTime.microseconds(parsing: value)))
            case (_, let value as String): values[column.name] = .text(value)
            default: break
            }
        }
        return ExpressionSamples.record(values)
    }

    @Test func examplesHaveTheirValues() throws {
        let record = try Self.record()
        let examples = try Self.lines("sql", separator: "-- ")
        #expect(examples.count >= 30)
        for (text, value) in examples {
            let bound = try RowExpression(text).bind(to: ExpressionSamples.schema)
            let number = bound.number(of: record)
            switch bound.result {
            case .truth: #expect(bound.truth(of: record).map { "\($0)" } ?? "null" == value, "\(text)")
            case .number: #expect(number.isNaN ? value == "null" : number == Double(value), "\(text)")
            }
        }
    }

    @Test func errorsAreThoseThatAreShown() throws {
        let examples = try Self.lines("text", separator: "  character ")
        #expect(examples.count >= 6)
        for (text, message) in examples {
            #expect {
                try RowExpression(text).bind(to: ExpressionSamples.schema)
            } throws: { error in
                #expect((error as? ExpressionError)?.description == "character \(message)")
                return true
            }
        }
    }

    @Test func allFunctionsAreListed() throws {
        let guide = try Article.text("Documentation/Expressions.md")
        for function in ExpressionFunction.allCases { #expect(guide.contains("`\(function.rawValue)("), "\(function)") }
    }

    @Test func exampleInSwiftIsCompiled() throws {
        let example = try #require(try Article.examples(guide: "Expressions", language: "swift").first)
        let source = try Article.text("Tests/FeaturesTests/Expressions/ExpressionGuideExample.swift")
        #expect(source.hasSuffix(example))
        let records = [("EUR", 501.0), ("USD", 600), ("EUR", 500)].map { currency, amount in
            ExpressionSamples.record(["currency": .text(currency), "amount": .number(amount)])
        }
        #expect(try largePayments(ExpressionSamples.batch(records), of: ExpressionSamples.schema) == [0])
    }
}
