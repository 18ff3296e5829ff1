import Foundation
import TestSupport
import Testing

/// An executable links only what it uses.
@Suite struct LinkedLibrariesTests {
    private static let kafka = "librdkafka", databases = ["libpq", "libsqlite3"]

    /// The shared libraries that an executable names itself, without versions.
    private static func needed(_ program: String) throws -> Set<String> {
        let path = BuiltPrograms.url(program).path(percentEncoded: false)
        let lines = try Oracle.execute("/usr/bin/readelf", ["--dynamic", "--wide", path]).split(separator: "\n")
        let names = lines.filter { $0.contains("(NEEDED)") }.compactMap {
            $0.split(separator: "[").last?.split(separator: ".so").first.map(String.init)
        }
        return Set(names)
    }

    @Test(arguments: [
        "simulate-transactions", "describe-data", "clean-transactions", "copy-data", "storage-cost",
        "unfinished-objects",
        "convert-model", "handbook-protocol",
    ])
    func programsForDataNeedNoServersClients(program: String) throws {
        let needed = try Self.needed(program)
        #expect(needed.contains("libcurl") && needed.isDisjoint(with: Self.databases + [Self.kafka]))
    }

    @Test(arguments: [
        "train-model", "score-transactions", "verify-features", "explain-scores", "compare-models", "serve-model",
        "tracking-copy", "tracking-replay",
    ])
    func onlyStreamsNeedKafka(program: String) throws {
        let needed = try Self.needed(program)
        #expect(needed.contains("libcurl") && !needed.contains(Self.kafka))
        #if TrackingDatabases
            #expect(needed.isSuperset(of: Self.databases))
        #else
            #expect(needed.isDisjoint(with: Self.databases))
        #endif
    }

    @Test func aProducerNeedsKafkaAndNoDatabase() throws {
        let needed = try Self.needed("produce-transactions")
        #expect(needed.contains(Self.kafka) && needed.isDisjoint(with: Self.databases))
    }
}
