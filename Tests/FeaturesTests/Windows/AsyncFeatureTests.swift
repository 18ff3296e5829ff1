import Features
import TestSupport
import Testing

/// Features that are computed without blocking the task are those of the calls that block.
@Suite struct AsyncFeatureTests {
    private let pipeline = FeaturePipeline(.windows)
    private let table = TransactionColumns(FeatureOracle.transactions(2_000, seed: 3))

    @Test func columnsAreThoseOfTheBlockingCall() async throws {
        let expected = blocking { pipeline.columns(table) }
        let columns = try await pipeline.columns(table, threads: 2)
        #expect(columns == expected)
        var state = pipeline.makeState()
        let first = try await pipeline.columns(table, state: &state, threads: 2)
        #expect(first == expected)
        let wanted = try blocking {
            var state = pipeline.makeState()
            _ = try pipeline.columns(table, state: &state)
            return state.encoded()
        }
        #expect(state.encoded() == wanted)
    }

    @Test func aCancelledTaskLeavesTheStateAsItWas() async throws {
        var kept = pipeline.makeState()
        _ = try await pipeline.columns(table, state: &kept)
        let before = kept
        let after = try await inCancelledTask { [pipeline, table] in
            var state = before
            await #expect(throws: CancellationError.self) { try await pipeline.columns(table) }
            do {
                _ = try await pipeline.columns(table, state: &state)
                Issue.record("it is not cancelled")
            } catch is CancellationError {}
            return state.encoded()
        }
        #expect(after == before.encoded())
    }

    @Test func aStateOfOtherWindowsIsRefusedAndKept() async throws {
        var state = FeatureState(windows: try FeatureWindows(customerDays: [2], terminalDays: [3], delayDays: 5))
        let before = state.encoded()
        do {
            _ = try await pipeline.columns(table, state: &state)
            Issue.record("it is not refused")
        } catch is FeatureError {}
        #expect(state.encoded() == before)
    }
}
