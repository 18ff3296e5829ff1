import Crypto
import Parallelism

/// The latest key derived from a secret: it is the same for a day.
package final class SigningKeyCache: Sendable {
    private struct Entry {
        let secret: String
        let scope: [String]
        let key: SymmetricKey
    }

    private let latest = Lock<Entry?>(nil)

    package init() {}

    func key(secret: String, day: String, region: String, service: String) -> SymmetricKey {
        let scope = [day, region, service, "aws4_request"]
        return latest.withLock { latest in
            if let latest, latest.secret == secret, latest.scope == scope { return latest.key }
            var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
            for part in scope {
                key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
            }
            latest = Entry(secret: secret, scope: scope, key: key)
            return key
        }
    }
}
