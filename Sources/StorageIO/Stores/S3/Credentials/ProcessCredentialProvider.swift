import Parallelism

/// What a program of the user's prints (AWS SDKs and Tools Reference Guide, "Process credential provider"): the setting
/// `credential_process` of a profile.
struct ProcessCredentialProvider: CredentialProvider {
    /// As the profile has it: words parted by spaces, in quotation marks where they have spaces in them.
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
                // What it prints may be secret; what it says about a failure goes to the terminal by itself.
                throw CredentialError(source: source, message: error.message)
            }
        }
        return try CredentialDocument.credentials(output, source: source, version: 1)
    }

    /// No shell has a part in it: quotation marks hold words together, a backslash keeps the next character, but in single ones.
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
