import Parallelism

/// The output of a user's program (AWS SDKs and Tools Reference Guide, "Process credential provider"): the setting
/// `credential_process` of a profile.
struct ProcessCredentialProvider: CredentialProvider {
    /// The profile's setting: words separated by spaces, in quotation marks if they contain spaces.
    let command: String
    let profile: String

    func credentials() async throws -> AWSCredentials? {
        let source = "credential_process of profile \(profile)"
        let words = Self.words(command)
        guard !words.isEmpty else { throw CredentialError(source: source, message: "names no program") }
        let output = try await onDedicatedThread(named: "aws-process") { _ in
            do throws(CredentialProgram.Failure) {
                return try CredentialProgram.output(of: words)
            } catch {
                // Its output may be secret; its error messages go to the terminal directly.
                throw CredentialError(source: source, message: error.message)
            }
        }
        return try CredentialDocument.credentials(output, source: source, version: 1)
    }

    /// Does not use a shell: quotation marks group words, and a backslash escapes the next character except in single
    /// quotes.
    static func words(_ command: String) -> [String] {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        var bytes = command.utf8[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"):
                word = (word ?? []) + [bytes.popFirst() ?? byte]
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if quote == nil {
                    quote = byte
                    word = word ?? []
                } else if quote == byte {
                    quote = nil
                } else {
                    word?.append(byte)
                }
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                if quote != nil {
                    word?.append(byte)
                } else if let whole = word {
                    words.append(String(decoding: whole, as: UTF8.self))
                    word = nil
                }
            default: word = (word ?? []) + [byte]
            }
        }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
