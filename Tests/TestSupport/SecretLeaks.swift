/// Looks for parts of passwords in texts.
package struct SecretLeaks: Sendable {
    private var known: Set<UInt32> = []

    package init() {}

    /// Allows any three bytes of a text to appear, whatever the password: the program's fixed messages, and the rest of
    /// the command.
    package mutating func allow(_ text: String) { known.formUnion(Self.parts(text)) }

    /// Three bytes of the password that the text should not have; nil when there are none.
    package func leak(of password: String, in text: String) -> String? {
        let secret = Set(Self.parts(password)).subtracting(known)
        return secret.intersection(Self.parts(text)).first.map { part in
            String(decoding: [UInt8(part >> 16), UInt8(part >> 8 & 0xFF), UInt8(part & 0xFF)], as: UTF8.self)
        }
    }

    private static func parts(_ text: String) -> [UInt32] {
        var last: UInt32 = 0
        var parts: [UInt32] = []
        for (index, byte) in text.utf8.enumerated() {
            last = (last << 8 | UInt32(byte)) & 0xFF_FFFF
            if index >= 2 { parts.append(last) }
        }
        return parts
    }

    /// Passwords of printable characters, with more of URLs' special characters than by chance.
    package static func passwords(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let printable = (0x20..<0x7F).map { Character(Unicode.Scalar(UInt8($0))) }
        let meaning = Array("@/?#:%[]&= \\\"'")
        return (0..<count).map { _ in
            String(
                (0..<Int.random(in: 4...20, using: &generator)).map { _ in
                    (Int.random(in: 0..<4, using: &generator) == 0 ? meaning : printable)
                        .randomElement(using: &generator) ?? "x"
                })
        }
    }

    /// Passwords to learn a program's fixed messages from: one letter and the special characters.
    package static let plainPasswords =
        ["~~~~", "~%~~", "12/~", "/~~~", "~/12"]
        + "@/?#:%[]&= \\\"'".flatMap { ["~~\($0)~~", "~\($0)~\($0)~", "\($0)~~", "~~\($0)", "~\($0)@~"] }
}
