import PostgreSQL
import TestSupport
import Testing

/// The pool's decisions against a plain model, in random order.
@Suite struct PoolQueueTests {
    @Test func randomOrders() {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<300 {
            let maximum = Int.random(in: 1...4, using: &generator)
            var queue = PoolQueue<Int>(maximum: maximum)
            var used: [Int] = [], waiting: [Int] = [], nextID = 0, closed = false
            for _ in 0..<100 {
                switch Int.random(in: 0..<20, using: &generator) {
                case 0..<8:
                    nextID += 1
                    switch queue.acquire() {
                    case .existing(let number), .new(let number):
                        #expect(!closed && !used.contains(number) && waiting.isEmpty)
                        used.append(number)
                    case .later:
                        #expect(used.count == maximum)
                        queue.wait(nextID, nextID)
                        waiting.append(nextID)
                    case .refused: #expect(closed)
                    }
                case 8..<15:
                    guard let index = used.indices.randomElement(using: &generator) else { continue }
                    let (next, ends) = queue.release(used[index])
                    #expect(ends == closed)
                    #expect(next == waiting.first)
                    if next != nil {
                        waiting.removeFirst()
                    } else {
                        let number = used.remove(at: index)
                        if ends { #expect(queue.remove(number) == nil) }
                    }
                case 15, 16:
                    let id = waiting.randomElement(using: &generator) ?? -1
                    #expect(queue.leave(id) == (id < 0 ? nil : id))
                    waiting.removeAll { $0 == id }
                    #expect(queue.leave(id) == nil)
                case 17, 18:
                    let number = Int.random(in: 1...6, using: &generator)
                    let isIdle = queue.retire(number)
                    #expect(!(isIdle && used.contains(number)))
                    guard isIdle else { continue }
                    // A waiter may come before it has ended.
                    if queue.idleCount == 0, queue.count == maximum, Bool.random(using: &generator) {
                        nextID += 1
                        #expect(queue.acquire() == .later)
                        queue.wait(nextID, nextID)
                        let successor = queue.remove(number)
                        #expect(successor?.next == nextID)
                        if let successor { used.append(successor.number) }
                    } else {
                        #expect(queue.remove(number) == nil)
                    }
                default:
                    guard round % 3 == 0 else { continue }
                    let (refused, ending) = queue.close()
                    #expect(refused == waiting && ending.count + used.count <= maximum)
                    for number in ending { #expect(queue.remove(number) == nil) }
                    waiting = []
                    closed = true
                }
                #expect(queue.waiterCount == waiting.count && queue.count <= maximum)
                #expect(queue.count == used.count + queue.idleCount)
                #expect(queue.hasEnded == (closed && used.isEmpty))
            }
        }
    }
}
