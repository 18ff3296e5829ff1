extension Double {
    /// A fixed number of decimals, with a point whatever the locale: `0.30` of 0.3.
    package func text(decimals: Int) -> String {
        formatted("%.*f", decimals)
    }

    /// A power of ten with a fixed number of decimals: `1.3e-07`.
    package func scientificText(decimals: Int) -> String { formatted("%.*e", decimals) }

    private func formatted(_ format: String, _ decimals: Int) -> String {
        // The largest number has 309 digits before the point.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 330 + decimals) { buffer in
            let length = withVaList([Int32(clamping: decimals), self]) {
                vsnprintf(buffer.baseAddress, buffer.count, format, $0)
            }
            return String(decoding: buffer.prefix(Int(length)).lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
