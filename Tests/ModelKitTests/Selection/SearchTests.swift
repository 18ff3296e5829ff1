import ModelKit
import Parallelism
import TestSupport
import Testing

@Suite struct SearchTests {
    @Test func randomConfigurationsFollowFromTheSeed() throws {
        struct Settings: Sendable, Equatable {
            var rate: Double
            var depth: Int
            var kind: String?
        }
        func configurations(_ count: Int, seed: UInt64) throws -> [Settings] {
            try GridSearch.random(count: count, seed: seed) { draws in
                Settings(
                    rate: draws.logUniform(in: 0.001...1), depth: draws.integer(in: 3...8),
                    kind: draws.choice(["a", "b"]))
            }.configurations
        }
        let drawn = try configurations(2000, seed: 1)
        #expect(try Array(drawn.prefix(10)) == configurations(10, seed: 1))
        #expect(try Array(drawn.prefix(10)) != configurations(10, seed: 2))
        #expect(drawn.allSatisfy { (0.001...1).contains($0.rate) && (3...8).contains($0.depth) })
        #expect(Set(drawn.map(\.depth)).count == 6 && Set(drawn.map(\.kind)) == ["a", "b"])
        // A third of the logarithms lies in each decade.
        #expect(abs(Double(drawn.count { $0.rate < 0.01 }) / 2000 - 1.0 / 3) < 0.05)
        #expect(throws: ModelError.invalidSetting("count is 0; it must be at least 1")) {
            try configurations(0, seed: 1)
        }
    }

    @Test(.needs(.python), arguments: [1, 2, 3, 8, 9, 26, 27, 100]) func rungsEqualScikitLearn(count: Int) throws {
        struct Reference: Decodable {
            let candidates: [Int]
        }
        let reference = try Oracle.json(
            Reference.self,
            """
            import json, sys
            import numpy as np
            from sklearn.experimental import enable_halving_search_cv
            from sklearn.linear_model import LogisticRegression
            from sklearn.model_selection import HalvingGridSearchCV
            g = np.random.default_rng(1)
            x = g.random((3000, 1))
            y = (g.random(3000) < x[:, 0]).astype(int)
            s = HalvingGridSearchCV(LogisticRegression(), dict(C=np.geomspace(1e-3, 1e3, int(sys.argv[1])).tolist()),
                                    factor=3, min_resources="exhaust", cv=2).fit(x, y)
            print(json.dumps(dict(candidates=s.n_candidates_)))
            """, ["\(count)"])
        let search = try SuccessiveHalving(Array(0..<count), factor: 3, leastResource: 0.001)
        #expect(search.rungs.map(\.count) == reference.candidates)
        #expect(search.rungs.last?.resource == 1)
    }

    @Test func theBestGoOnWithMore() async throws {
        let search = try SuccessiveHalving(Array(0..<12), factor: 2, leastResource: 0.25)
        #expect(search.rungs.map(\.count) == [12, 6, 3] && search.rungs.map(\.resource) == [0.25, 0.5, 1])
        let seen = Lock<[Int]>([])
        let trials = try await search.run(
            progress: { trial, count in
                seen.withLock { $0.append(trial.index) }
                #expect(count == 21)
            },
            // Configuration 5 is best; with little of the resource, 9 seems to be.
            measure: { parameters, resource in
                parameters == 9 && resource < 0.5 ? 100 : -abs(Double(parameters) - 5)
            })
        #expect(seen.withLock { $0 } == Array(0..<12) + [9, 5, 4, 6, 3, 7] + [5, 4, 6])
        #expect(trials.first?.parameters == 5 && trials.first?.resource == 1 && trials.count == 21)
        #expect(trials.map(\.rung) == [2, 2, 2] + Array(repeating: 1, count: 6) + Array(repeating: 0, count: 12))
    }

    @Test func unusableSearchesAreRefused() async throws {
        #expect(throws: ModelError.invalidSetting("a search needs at least one configuration")) {
            try SuccessiveHalving([Int]())
        }
        #expect(throws: ModelError.invalidSetting("factor is 1; it must be from 2 to 1048576")) {
            try SuccessiveHalving([1], factor: 1)
        }
        let search = try SuccessiveHalving([1, 2])
        await #expect(throws: ModelError.unusableData("the score of configuration 0 is not a number")) {
            try await search.run { _, _ in .nan }
        }
    }
}
