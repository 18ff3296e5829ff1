import Foundation

/// A module's documentation article, whose examples are also compiled, or run, as tests.
package enum Article {
    /// Whether one of the article's Swift examples is, byte for byte, the end of a test's source file.
    ///
    /// - Parameters:
    ///   - module: the article is `Sources/MODULE/MODULE.docc/MODULE.md`.
    ///   - source: the test's file, by default `Tests/MODULETests/ArticleExample.swift`.
    ///   - number: 0 for the article's first example.
    package static func holdsCompiledExample(module: String, source: String? = nil, number: Int = 0) throws -> Bool {
        let source = try text(source ?? "Tests/\(module)Tests/ArticleExample.swift")
        let examples = try examples(module: module, language: "swift")
        return examples.indices.contains(number) && !examples[number].isEmpty && source.hasSuffix(examples[number])
    }

    /// The article's examples of a language, in order.
    package static func examples(module: String, language: String) throws -> [String] {
        try examples(in: "Sources/\(module)/\(module).docc/\(module).md", language: language)
    }

    /// The examples of a language in `Documentation/GUIDE.md`, in order.
    package static func examples(guide: String, language: String) throws -> [String] {
        try examples(in: "Documentation/\(guide).md", language: language)
    }

    private static func examples(in path: String, language: String) throws -> [String] {
        try text(path).components(separatedBy: "```\(language)\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
    }

    /// A file of the package.
    package static func text(_ path: String) throws -> String {
        try String(contentsOf: Oracle.packageRoot.appending(path: path), encoding: .utf8)
    }
}
