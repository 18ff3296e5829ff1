/// Why a text is not usable XML.
package struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Offset of the byte where the error was found.
    package let byte: Int
    /// What is wrong there.
    package let message: String

    package var description: String { "XML, byte \(byte): \(message)" }
}
