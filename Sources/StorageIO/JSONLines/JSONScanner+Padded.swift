import JSONText

extension JSONScanner {
    /// Calls the body with the characters of a scanned string; ``TextBlock/padding`` bytes before them are readable, as
    /// they are before the scanned text.
    func withPadded<Result>(
        _ string: (contents: Range<Int>, hasEscapes: Bool),
        _ body: (_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Result
    ) -> Result {
        if !string.hasEscapes, let base = text.baseAddress {
            return body(base + string.contents.lowerBound, base + string.contents.upperBound)
        }
        var padded = [UInt8](repeating: 0, count: TextBlock.padding)
        appendCharacters(string.contents, to: &padded)
        return padded.withUnsafeBufferPointer { buffer in
            let base = buffer.baseAddress.unsafelyUnwrapped
            return body(base + TextBlock.padding, base + buffer.count)
        }
    }
}
