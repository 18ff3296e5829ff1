import Essentials

/// OpenSSL, as C libraries use it on our threads.
package enum OpenSSL {
    /// Call this before libcurl or libpq is used.
    ///
    /// OpenSSL frees its memory in an exit handler, and reads it again when a thread that has used it ends
    /// (OPENSSL_init_crypto(3)). A process does not wait for its threads, so a thread that ends along with the process
    /// could crash it. Without the exit handler, the system reclaims the memory anyway.
    package static func keepToTheEnd() { _ = isKept }

    private static let isKept: Bool = {
        typealias Initialise = @convention(c) (_ options: UInt64, _ settings: OpaquePointer?) -> Int32
        let noExitHandler: UInt64 = 0x0008_0000
        // The function is missing when another library is used for TLS.
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "OPENSSL_init_crypto") else { return false }
        return unsafeBitCast(symbol, to: Initialise.self)(noExitHandler, nil) == 1
    }()
}
