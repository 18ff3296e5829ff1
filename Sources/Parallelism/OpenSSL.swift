import Essentials

/// OpenSSL as C libraries use it on threads of ours.
package enum OpenSSL {
    /// To be called before libcurl or libpq is used.
    ///
    /// OpenSSL frees its memory in an exit handler, and again looks at it when a thread ends that has used it
    /// (OPENSSL_init_crypto(3)). A process does not wait for its threads, so that a thread which ends along with the process would
    /// crash it now and then. The system takes the memory back by itself.
    package static func keepToTheEnd() { _ = isKept }

    private static let isKept: Bool = {
        typealias Initialise = @convention(c) (_ options: UInt64, _ settings: OpaquePointer?) -> Int32
        let noExitHandler: UInt64 = 0x0008_0000
        // Not there when another library is used for TLS.
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "OPENSSL_init_crypto") else { return false }
        return unsafeBitCast(symbol, to: Initialise.self)(noExitHandler, nil) == 1
    }()
}
