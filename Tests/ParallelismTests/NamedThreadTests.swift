#if os(Linux)
    import Foundation
    import Parallelism
    import Testing

    @Suite struct NamedThreadTests {
        /// The system's name of the calling thread.
        private static func currentName() throws -> String {
            try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
        }

        @Test func threadsHaveTheirNamesFromTheFirstStep() async throws {
            for number in 0..<500 {
                let name = try await onDedicatedThread(named: "worker-\(number)") { _ in try Self.currentName() }
                #expect(name == "worker-\(number)")
            }
            let pool = BlockingPool(name: "pool-name", maximumThreads: 1)
            #expect(try await pool.run { try Self.currentName() } == "pool-name")
        }

        @Test func aLongNameIsCut() async throws {
            let name = try await onDedicatedThread(named: "a-name-that-is-too-long") { _ in try Self.currentName() }
            #expect(name == "a-name-that-is-")
        }
    }
#endif
