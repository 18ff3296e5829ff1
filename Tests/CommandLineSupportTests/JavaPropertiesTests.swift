import CommandLineSupport
import Testing

@Suite struct JavaPropertiesTests {
    @Test(arguments: [
        ("a=b", ["a": "b"]), ("a:b", ["a": "b"]), ("a b", ["a": "b"]), ("  a\t=\t b c \t", ["a": "b c"]),
        ("a = = b", ["a": "= b"]), ("a=b=c:d", ["a": "b=c:d"]), ("a=", ["a": ""]), ("a:", ["a": ""]),
        ("# a=b\n! c=d\n\n   \n  # e=f\ng=h", ["g": "h"]), ("a=1#2", ["a": "1#2"]),
        ("a=1\r\nb=2\rc=3\n", ["a": "1", "b": "2", "c": "3"]), ("a=1\na=2", ["a": "2"]),
        // Continued lines, also into what looks like a comment.
        ("a=1,\\\n    2,\\\r\n\t3", ["a": "1,2,3"]), ("a=1\\\n#2", ["a": "1#2"]),
        ("a=1\\\\\nb=2", ["a": "1\\", "b": "2"]),
        ("# c\\\na=1", ["a": "1"]), ("a=1\\", ["a": "1"]),
        // Escapes.
        (#"a\=b=c"#, ["a=b": "c"]), (#"a\ b\:c : d"#, ["a b:c": "d"]), (#"a=\t\n\r\f\q\\"#, ["a": "\t\n\r\u{0C}q\\"]),
        (#"a=\u00e9\uD83D\uDE00"#, ["a": "é😀"]), (#"a=b\ "#, ["a": "b "]), (#"a=\ b"#, ["a": " b"]),
        ("\u{FEFF}a=b", ["a": "b"]), ("ключ=значение", ["ключ": "значение"]), ("a=\u{301}b", ["a": "\u{301}b"]),
        ("", [:]),
    ])
    func reads(text: String, expected: [String: String]) throws {
        #expect(try JavaProperties.parse(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        ("a=b\nhunter2", 2), ("=hunter2", 1), ("# c\n\n : hunter2", 3), (#"a=\u12g4hunter2"#, 1), (#"a=\u12"#, 1),
        ("a=1,\\\n2\nhunter2\n", 3),
    ])
    func namesTheLineAndNotWhatItHolds(text: String, line: Int) {
        let error = #expect(throws: JavaProperties.SyntaxError.self) { try JavaProperties.parse(Array(text.utf8)) }
        #expect(error?.line == line)
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test func refusesOtherEncodings() {
        let error = #expect(throws: JavaProperties.SyntaxError.self) {
            try JavaProperties.parse(Array("a=b\nc=".utf8) + [0xE9])
        }
        #expect(error?.line == 2 && error?.problem == "it is not UTF-8")
    }
}
