import HTTPTransport
import TestSupport
import Testing

@Suite struct ExchangeStateMachineTests {
    private typealias Machine = ExchangeStateMachine
    private struct Refusal: Error {}

    private static func machine(isStreamed: Bool, length: Int64? = nil, limit: Int = 10) -> Machine {
        Machine(isStreamed: isStreamed, outgoing: OutgoingBody(length: length), receiveLimit: limit)
    }

    private static func names(_ actions: [Machine.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .start: "start"
            case .stop: "stop"
            case .resumeReceiving: "resumeReceiving"
            case .resumeSending: "resumeSending"
            case .response(let response): "response \(response.status) \(response.body.count)"
            case .failResponse(let error): "failResponse \(type(of: error))"
            case .deliver(let chunk): "deliver \(chunk.map { "\($0.count)" } ?? "end")"
            case .failReader(let error): "failReader \(type(of: error))"
            case .resumeSource(let proceeds): "resumeSource \(proceeds)"
            case .cancelSource: "cancelSource"
            }
        }
    }

    private static func receive(_ count: Int, _ machine: inout Machine) -> (isTaken: Bool, actions: [String]) {
        let (isTaken, actions) = [UInt8](repeating: 1, count: count).withUnsafeBytes { machine.receive($0) }
        return (isTaken, names(actions))
    }

    private static func send(_ count: Int, _ machine: inout Machine) -> (supply: OutgoingBody.Supply, actions: [String])
    {
        var target = [UInt8](repeating: 0, count: count)
        let (supply, actions) = target.withUnsafeMutableBytes { machine.send(into: $0) }
        return (supply, names(actions))
    }

    /// A machine whose transfer is running.
    private static func running(isStreamed: Bool, length: Int64? = nil) -> Machine {
        var machine = machine(isStreamed: isStreamed, length: length)
        #expect(names(machine.submit()) == ["start"])
        #expect(machine.begin() == true)
        return machine
    }

    // MARK: Responses

    @Test func wholeResponsesComeAtTheEnd() {
        var machine = Self.running(isStreamed: false)
        #expect(Self.names(machine.receive(TransportResponseHead(status: 200))).isEmpty)
        #expect(Self.names(machine.finish(.success([1, 2]))) == ["cancelSource", "response 200 2"])
        #expect(machine.phase == .ended)
        #expect(machine.fail(Refusal()).isEmpty)
    }

    @Test func anEndWithoutAHeadIsAFailure() {
        var machine = Self.running(isStreamed: false)
        #expect(Self.names(machine.finish(.success([]))) == ["cancelSource", "failResponse NoResponse"])
    }

    @Test func streamedResponsesComeWithTheHead() {
        var machine = Self.running(isStreamed: true)
        #expect(Self.names(machine.receive(TransportResponseHead(status: 200))) == ["response 200 0"])
        guard case .wait = machine.read() else { return #expect(Bool(false), "nothing is there yet") }
        #expect(Self.receive(3, &machine) == (true, ["deliver 3"]))
        #expect(Self.receive(4, &machine) == (true, []))
        #expect(Self.names(machine.finish(.success([]))) == ["cancelSource"])
        guard case .chunk(let chunk, false) = machine.read() else { return #expect(Bool(false), "a chunk was left") }
        #expect(chunk.count == 4)
        guard case .end = machine.read() else { return #expect(Bool(false), "all was read") }
    }

    @Test func readersAreToldOfTheEnd() {
        for (outcome, action) in [
            (Result<[UInt8], any Error>.success([]), "deliver end"), (.failure(Refusal()), "failReader Refusal"),
        ] {
            var machine = Self.running(isStreamed: true)
            _ = machine.receive(TransportResponseHead(status: 200))
            _ = machine.read()
            #expect(Self.names(machine.finish(outcome)) == ["cancelSource", action])
        }
    }

    @Test func failuresBeforeTheHeadFailTheResponse() {
        var machine = Self.running(isStreamed: true)
        #expect(Self.names(machine.finish(.failure(Refusal()))) == ["cancelSource", "failResponse Refusal"])
    }

    @Test func readersThatAreBehindPauseTheConnection() {
        var machine = Self.running(isStreamed: true)
        _ = machine.receive(TransportResponseHead(status: 200))
        #expect(Self.receive(10, &machine).isTaken)
        #expect(!Self.receive(1, &machine).isTaken)
        #expect(machine.isReceivingPaused)
        guard case .chunk(let chunk, true) = machine.read() else { return #expect(Bool(false), "it has to resume") }
        #expect(chunk.count == 10)
        #expect(!machine.isReceivingPaused)
        #expect(Self.receive(1, &machine).isTaken)
    }

    // MARK: Endings by the task

    @Test func cancelledBeforeTheStart() {
        var machine = Self.machine(isStreamed: false)
        #expect(Self.names(machine.fail(Refusal())) == ["cancelSource"])
        #expect(Self.names(machine.submit()) == ["failResponse Refusal"])
        #expect(machine.begin() == false)
    }

    @Test func cancelledInTheQueue() {
        var machine = Self.machine(isStreamed: false)
        _ = machine.submit()
        #expect(Self.names(machine.fail(Refusal())) == ["cancelSource", "failResponse Refusal", "stop"])
        #expect(machine.begin() == false)
        #expect(machine.finish(.success([])).isEmpty)
    }

    @Test func cancelledWhileReading() {
        var machine = Self.running(isStreamed: true)
        _ = machine.receive(TransportResponseHead(status: 200))
        _ = machine.read()
        #expect(Self.names(machine.fail(Refusal())) == ["cancelSource", "failReader Refusal", "stop"])
        #expect(Self.receive(5, &machine) == (true, []))
        guard case .failure(let error) = machine.read() else { return #expect(Bool(false), "it has failed") }
        #expect(error is Refusal)
    }

    // MARK: Request bodies

    @Test func theSourceWaitsUntilTheConnectionAsks() {
        var machine = Self.machine(isStreamed: false, length: 4)
        #expect(machine.askToProduce() == .wait)
        _ = machine.submit()
        _ = machine.begin()
        #expect(Self.send(10, &machine) == (.pause, ["resumeSource true"]))
        #expect(Self.names(machine.supply([1, 2])) == ["resumeSending"])
        #expect(machine.askToProduce() == .proceed)
        _ = machine.supply([3, 4])
        #expect(machine.askToProduce() == .wait)
        // All that was announced is there, but it could be too much: the last chunk is held back.
        #expect(Self.send(10, &machine) == (.bytes(2), []))
        #expect(Self.send(10, &machine) == (.pause, ["resumeSource true"]))
        #expect(Self.names(machine.completeBody()) == ["resumeSending"])
        #expect(Self.send(10, &machine).supply == .bytes(2))
        #expect(Self.send(10, &machine).supply == .end)
        #expect(machine.askToProduce() == .stop)
    }

    @Test func oneChunkIsMadeAhead() {
        var machine = Self.running(isStreamed: false)
        _ = Self.send(1, &machine)
        #expect(machine.askToProduce() == .proceed)
        _ = machine.supply([1, 2])
        #expect(machine.askToProduce() == .proceed)
        _ = machine.supply([3])
        #expect(machine.askToProduce() == .wait)
        #expect(Self.send(2, &machine) == (.bytes(2), []))
        #expect(Self.send(2, &machine) == (.bytes(1), ["resumeSource true"]))
    }

    @Test(arguments: [[1, 2], [5]])
    func wrongLengthsFail(chunks: [Int]) {
        var machine = Self.running(isStreamed: false, length: 4)
        _ = Self.send(1, &machine)
        var actions: [String] = []
        for count in chunks { actions += Self.names(machine.supply([UInt8](repeating: 0, count: count))) }
        actions += Self.names(machine.completeBody())
        #expect(actions.suffix(3) == ["cancelSource", "failResponse LengthFailure", "stop"])
    }

    @Test func refusalsEndTheSourceAndLetTheConnectionGoOn() {
        var machine = Self.running(isStreamed: true)
        _ = Self.send(1, &machine)
        #expect(machine.isSendingPaused)
        _ = machine.askToProduce()
        let actions = Self.names(machine.receive(TransportResponseHead(status: 403)))
        #expect(actions == ["cancelSource", "resumeSending", "response 403 0"])
        #expect(machine.failBody(Refusal()).isEmpty)
        #expect(machine.supply([1]).isEmpty)
        #expect(Self.send(1, &machine).supply == .end)
        #expect(machine.phase == .running)
    }

    @Test func failuresOfTheSourceEndAll() {
        var machine = Self.running(isStreamed: false)
        #expect(Self.names(machine.failBody(Refusal())) == ["cancelSource", "failResponse Refusal", "stop"])
    }
}
