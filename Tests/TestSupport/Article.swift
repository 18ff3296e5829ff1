import Foundation

/// A module's documentation article, whose example is also compiled as a test.
package enum Article {
    /// Whether the article's first Swift example is, to the letter, the end of a test's source file.
    ///
    /// - Parameters:
    ///   - module: the article is `Sources/MODULE/MODULE.docc/MODULE.md`.
    ///   - source: the test's file, by default `Tests/MODULETests/ArticleExample.swift`.
    package static func holdsCompiledExample(module: String, source: String? = nil) throws -> Bool {
        func text(_ path: String) throws -> String {
            try String(contentsOf: Oracle.packageRoot.appending(path: path), encoding: .utf8)
        }
        let article = try text("Sources/\(module)/\(module).docc/\(module).md")
        let source = try text(source ?? "Tests/\(module)Tests/ArticleExample.swift")
        let parts = article.components(separatedBy: "```swift\n")
        guard parts.count > 1, let example = parts[1].components(separatedBy: "```").first, !example.isEmpty else {
            return false
        }
        return source.hasSuffix(example)
    }
}
