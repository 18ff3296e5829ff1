/// How lines end.
enum LineEnd {
    /// The first line feed, or the first carriage return that no line feed follows; nil if the text ends before that is
    /// known. (Some programs write two carriage returns before a line feed.)
    static func first(in text: [UInt8]) -> Int? {
        var position = 0
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\n"): return position
            case UInt8(ascii: "\r"):
                var next = position + 1
                while next < text.count, text[next] == UInt8(ascii: "\r") { next += 1 }
                guard next < text.count else { return nil }
                return text[next] == UInt8(ascii: "\n") ? next : position
            default: position += 1
            }
        }
        return nil
    }

    /// Replaces carriage returns with line feeds.
    static func replaceReturns(in text: inout [UInt8]) {
        text.withUnsafeMutableBufferPointer { text in
            for index in text.indices where text[index] == UInt8(ascii: "\r") { text[index] = UInt8(ascii: "\n") }
        }
    }
}
