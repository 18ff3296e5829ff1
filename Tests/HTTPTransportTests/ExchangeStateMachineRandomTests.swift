import HTTPTransport
import TestSupport
import Testing

/// Events in random order: the promises hold.
@Suite struct ExchangeStateMachineRandomTests {
    private struct Refusal: Error {}

    /// A simulated world around one machine, which records what it says and hears.
    private struct World {
        var machine: ExchangeStateMachine
        let isStreamed: Bool
        var hasResponse = false, hasSucceeded = false, hasHead = false
        var isReading = false, isReadingOver = false
        var isProducing = false, isSourceWaiting = false, isSourceOver = false
        var isTransferring = false
        var received: [UInt8] = [], delivered: [UInt8] = []
        var supplied: [UInt8] = [], sent: [UInt8] = []
        var isReceivingPaused = false, isSendingPaused = false
        var starts = 0, stops = 0
        var nextByte: UInt8 = 0

        mutating func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in
                nextByte &+= 1
                return nextByte
            }
        }

        mutating func carryOut(_ actions: [ExchangeStateMachine.Action]) {
            for action in actions {
                switch action {
                case .start: starts += 1
                case .stop:
                    stops += 1
                    isTransferring = false
                case .resumeReceiving: isReceivingPaused = false
                case .resumeSending:
                    #expect(isSendingPaused, "resumed without having been paused")
                    isSendingPaused = false
                case .response, .failResponse:
                    #expect(!hasResponse, "responded twice")
                    hasResponse = true
                    if case .response = action { hasSucceeded = true }
                case .deliver(let chunk):
                    #expect(isReading && !isReadingOver)
                    isReading = false
                    if let chunk { delivered += chunk } else { isReadingOver = true }
                case .failReader:
                    #expect(isReading && !isReadingOver)
                    isReading = false
                    isReadingOver = true
                case .resumeSource(let proceeds):
                    #expect(isSourceWaiting)
                    isSourceWaiting = false
                    if proceeds { isProducing = true } else { isSourceOver = true }
                case .cancelSource: break
                }
            }
        }

        mutating func receive(_ generator: inout SeededGenerator) {
            guard isTransferring, hasHead, !isReceivingPaused, isStreamed else { return }
            let chunk = bytes(Int.random(in: 1...9, using: &generator))
            let (isTaken, actions) = chunk.withUnsafeBytes { machine.receive($0) }
            if isTaken { received += chunk } else { isReceivingPaused = true }
            carryOut(actions)
        }

        mutating func send(_ generator: inout SeededGenerator) {
            guard isTransferring, !isSendingPaused else { return }
            var target = [UInt8](repeating: 0, count: Int.random(in: 1...9, using: &generator))
            let (supply, actions) = target.withUnsafeMutableBytes { machine.send(into: $0) }
            switch supply {
            case .bytes(let count): sent += target[..<count]
            case .pause: isSendingPaused = true
            case .end: break
            }
            #expect(machine.isSendingPaused == isSendingPaused)
            carryOut(actions)
        }

        mutating func read() {
            guard isStreamed, hasSucceeded, !isReading, !isReadingOver else { return }
            switch machine.read() {
            case .wait: isReading = true
            case .chunk(let chunk, let resumes):
                #expect(!chunk.isEmpty)
                delivered += chunk
                if resumes {
                    #expect(isReceivingPaused)
                    isReceivingPaused = false
                }
            case .end, .failure: isReadingOver = true
            }
        }

        mutating func produce(_ generator: inout SeededGenerator) {
            guard !isSourceOver, !isSourceWaiting else { return }
            guard isProducing else {
                switch machine.askToProduce() {
                case .proceed: isProducing = true
                case .wait: isSourceWaiting = true
                case .stop: isSourceOver = true
                }
                return
            }
            isProducing = false
            switch Int.random(in: 0..<10, using: &generator) {
            case 0:
                isSourceOver = true
                carryOut(machine.completeBody())
            case 1 where Bool.random(using: &generator):
                isSourceOver = true
                carryOut(machine.failBody(Refusal()))
            default:
                let chunk = bytes(Int.random(in: 1...12, using: &generator))
                supplied += chunk
                carryOut(machine.supply(chunk))
            }
        }
    }

    @Test(arguments: 0..<20)
    func promisesHold(hundred: Int) {
        for seed in hundred * 100..<(hundred + 1) * 100 { play(seed: seed) }
    }

    private func play(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let isStreamed = Bool.random(using: &generator)
        let length = Bool.random(using: &generator) ? Int64.random(in: 0...60, using: &generator) : nil
        var world = World(
            machine: ExchangeStateMachine(
                isStreamed: isStreamed, outgoing: OutgoingBody(length: length), receiveLimit: 20),
            isStreamed: isStreamed)
        var isSubmitted = false
        for _ in 0..<Int.random(in: 5...150, using: &generator) {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<15 where !isSubmitted:
                isSubmitted = true
                world.carryOut(world.machine.submit())
            case 0..<25 where world.starts == 1 && world.stops == 0 && !world.isTransferring && !world.hasHead:
                world.isTransferring = world.machine.begin()
            case 25..<32 where world.isTransferring && !world.hasHead:
                world.hasHead = true
                let status = Int.random(in: 0..<4, using: &generator) == 0 ? 503 : 200
                world.carryOut(world.machine.receive(TransportResponseHead(status: status)))
            case 32..<50: world.receive(&generator)
            case 50..<65: world.send(&generator)
            case 65..<80: world.read()
            case 80..<96: world.produce(&generator)
            case 96 where world.isTransferring:
                world.isTransferring = false
                let succeeds = world.hasHead && Bool.random(using: &generator)
                world.carryOut(world.machine.finish(succeeds ? .success([]) : .failure(Refusal())))
            case 97 where Int.random(in: 0..<4, using: &generator) == 0:
                world.carryOut(world.machine.fail(Refusal()))
            default: break
            }
        }
        if !isSubmitted { world.carryOut(world.machine.submit()) }
        // Whichever side is not done must be able to continue: no two sides wait for each other.
        for _ in 0..<1_000 where world.isTransferring && !world.isSourceOver {
            world.produce(&generator)
            world.send(&generator)
        }
        #expect(!world.isTransferring || world.isSourceOver, "source and connection wait for each other")
        world.carryOut(world.machine.fail(Refusal()))
        #expect(world.hasResponse)
        #expect(world.machine.phase == .ended)
        #expect(world.machine.fail(Refusal()).isEmpty && world.machine.finish(.success([])).isEmpty)
        #expect(world.starts <= 1 && world.stops <= 1)
        #expect(!world.isSourceWaiting, "the source waits for ever")
        #expect(!world.isReading, "the reader waits for ever")
        for _ in 0..<3 { world.read() }
        if isStreamed, world.hasSucceeded {
            #expect(world.isReadingOver)
            #expect(world.delivered == world.received)
        }
        #expect(world.supplied.starts(with: world.sent))
        if let length { #expect(world.sent.count <= Int(length)) }
    }
}
