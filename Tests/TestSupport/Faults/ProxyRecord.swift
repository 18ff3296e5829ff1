import Parallelism

/// What a proxy has seen and has to do; shared by its threads.
final class ProxyRecord: Sendable {
    private struct State {
        var faults: FaultChoice
        var counters = FaultProxy.Counters()
        var requests: [ProxiedRequest] = []
        var counts: [String: Int] = [:]
    }
    private let state: Lock<State>

    init(_ faults: @escaping FaultChoice) { state = Lock(State(faults: faults)) }

    var counters: FaultProxy.Counters { state.withLock { $0.counters } }
    var requests: [ProxiedRequest] { state.withLock { $0.requests } }

    func setFaults(_ faults: @escaping FaultChoice) { state.withLock { $0.faults = faults } }

    func reset() {
        state.withLock { $0 = State(faults: $0.faults) }
    }

    func countConnection() { state.withLock { $0.counters.connections += 1 } }
    func countServerFailure() { state.withLock { $0.counters.serverFailures += 1 } }
    func countFromClient(_ bytes: Int) { state.withLock { $0.counters.bytesFromClient += bytes } }
    func countToClient(_ bytes: Int) { state.withLock { $0.counters.bytesToClient += bytes } }

    /// Records a request and chooses its fault.
    func fault(for head: MessageHead) -> Fault? {
        let (request, choice) = state.withLock { state -> (ProxiedRequest, FaultChoice) in
            var request = ProxiedRequest(
                method: head.method, target: head.target, range: head["range"], count: 1)
            request.count += state.counts[request.identity, default: 0]
            state.counts[request.identity] = request.count
            state.requests.append(request)
            state.counters.requests += 1
            return (request, state.faults)
        }
        // Without the lock: the choice may call the proxy.
        let fault = choice(request)
        if let fault { state.withLock { $0.counters.faults[fault.kind, default: 0] += 1 } }
        return fault
    }
}
