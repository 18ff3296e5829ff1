import Columnar
import Features
import Foundation
import TestSupport
import Testing

/// Random schemas, plans and histories: every way to compute features gives the bits of the definition.
@Suite(.needs(.python)) struct EnginePropertyTests {
    @Test func allWaysGiveTheBitsOfTheDefinition() throws {
        try check((0..<600).map { try EngineCase(seed: $0) })
    }

    /// Histories that are long enough for summaries of blocks of rows.
    @Test func longHistoriesGiveTheBitsOfTheDefinition() throws {
        try check((0..<12).map { try EngineCase(seed: 1000 + $0, rows: 800) })
    }

    private func check(_ cases: [EngineCase]) throws {
        for (engineCase, expected) in zip(cases, try EngineOracle.features(cases)) {
            for way in EngineWay.allCases {
                let found = try way.features(engineCase)
                #expect(found == expected, "\(engineCase.plan), \(way)")
                guard found == expected else { break }
            }
        }
    }
}
