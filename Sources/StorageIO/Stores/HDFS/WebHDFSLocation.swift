/// An absolute `http` or `https` URL from a server.
struct WebHDFSLocation: Sendable, Hashable {
    let url: String
    let isEncrypted: Bool
    /// Name or address, without the port.
    let host: String

    /// nil for any other text.
    init?(_ text: String) {
        let lowercased = String(decoding: text.utf8.prefix(8), as: UTF8.self).lowercased()
        isEncrypted = lowercased == "https://"
        guard isEncrypted || lowercased.hasPrefix("http://"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let authority = text.dropFirst(isEncrypted ? 8 : 7).prefix { !"/?#".contains($0) }
        let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        // The colons of an IPv6 address are in brackets.
        host =
            hostAndPort.hasPrefix("[")
            ? String(hostAndPort.prefix { $0 != "]" }.dropFirst()) : String(hostAndPort.prefix { $0 != ":" })
        guard !host.isEmpty else { return nil }
        url = text
    }
}
