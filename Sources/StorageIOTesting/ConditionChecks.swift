import StorageIO

extension ConformanceCheck {
    static let conditions = [
        ConformanceCheck(name: "if-absent") { subject in
            try await subject.put("first", "a", ifAbsent: true)
            try await subject.expectError(.alreadyExists, "a second write", naming: "a") {
                try await subject.put("second", "a", ifAbsent: true)
            }
            try subject.expectEqual(try await subject.text("a"), "first", "content after a refused write")

            // The object appears while the other writer is at work.
            let key = try subject.key("b")
            let slow = try await subject.store.write(key, options: WriteOptions(ifAbsent: true))
            try await slow.write(Array("slow".utf8))
            try await subject.put("quick", "b")
            try await subject.expectError(.alreadyExists, "finishing after another writer", naming: "b") {
                try await slow.finish()
            }
            await slow.abort()
            try subject.expectEqual(try await subject.text("b"), "quick", "content after a lost race")
            try subject.expectEqual(try await subject.names(), ["a", "b"], "listing")

            try await subject.store.delete(subject.key("a"))
            try await subject.put("again", "a", ifAbsent: true)
            try subject.expectEqual(try await subject.text("a"), "again", "content written after deletion")
        },
        ConformanceCheck(name: "if-absent-race") { subject in
            for round in 0..<5 {
                let name = "race-\(round)"
                let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for contender in 0..<12 {
                        group.addTask {
                            do {
                                try await subject.put("contender \(contender)", name, ifAbsent: true)
                                return contender
                            } catch let error as ObjectStoreError where error.code == .alreadyExists {
                                return nil
                            }
                        }
                    }
                    return try await group.reduce(into: []) { if let winner = $1 { $0.append(winner) } }
                }
                try subject.expectEqual(winners.count, 1, "winners of round \(round)")
                try subject.expectEqual(
                    try await subject.text(name), "contender \(winners.first ?? -1)", "content written by the winner")
            }
        },
        ConformanceCheck(name: "if-match") { subject in
            let key = try subject.key("a")
            try await subject.put("first", "a")
            let first = try await subject.store.head(key).entityTag ?? "none"
            guard subject.store.capabilities.contains(.conditionalReplace) else {
                try await subject.expectError(.unsupported, "a store without conditional replacement", naming: "a") {
                    try await subject.put("second", "a", ifMatch: first)
                }
                try subject.expectEqual(try await subject.text("a"), "first", "content after a refused write")
                return
            }
            try await subject.put("second", "a", ifMatch: first)
            try subject.expectEqual(try await subject.text("a"), "second", "content after a write with the right tag")
            try await subject.expectError(.modified, "a write with an earlier tag", naming: "a") {
                try await subject.put("third", "a", ifMatch: first)
            }
            try subject.expectEqual(try await subject.text("a"), "second", "content after a refused write")

            // The object is replaced while the other writer is at work.
            let second = try await subject.tag("a")
            let slow = try await subject.store.write(
                key, options: WriteOptions(precondition: .ifMatch(entityTag: second)))
            try await slow.write(Array("slow".utf8))
            try await subject.put("quick", "a")
            try await subject.expectError(.modified, "finishing after another writer", naming: "a") {
                try await slow.finish()
            }
            await slow.abort()
            try subject.expectEqual(try await subject.text("a"), "quick", "content after a lost race")

            let last = try await subject.tag("a")
            try await subject.store.delete(key)
            for name in ["a", "never/written"] {
                try await subject.expectError(.modified, "replacing \(name), which does not exist", naming: name) {
                    try await subject.put("x", name, ifMatch: last)
                }
            }
            try subject.expectEqual(try await subject.names(), [], "listing after replacing nothing")
        },
        ConformanceCheck(name: "if-match-large") { subject in
            guard subject.store.capabilities.contains(.conditionalReplace) else { return }
            let bytes = StoreUnderTest.bytes(subject.largeObjectSize, seed: 6)
            try await subject.put("first", "a")
            let first = try await subject.tag("a")
            try await subject.put(bytes, "a", ifMatch: first)
            try subject.expect(
                try await subject.store.read(subject.key("a")) == bytes, "the bytes read are not those written")
            try await subject.expectError(.modified, "a large write with an earlier tag", naming: "a") {
                try await subject.put(bytes.reversed(), "a", ifMatch: first)
            }
            try subject.expect(
                try await subject.store.read(subject.key("a")) == bytes, "a refused write has changed the object")
        },
        ConformanceCheck(name: "if-match-race") { subject in
            guard subject.store.capabilities.contains(.conditionalReplace) else { return }
            for round in 0..<5 {
                let name = "race-\(round)"
                try await subject.put("before", name)
                let tag = try await subject.tag(name)
                let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for contender in 0..<12 {
                        group.addTask {
                            do {
                                try await subject.put("contender \(contender)", name, ifMatch: tag)
                                return contender
                            } catch let error as ObjectStoreError where error.code == .modified {
                                return nil
                            }
                        }
                    }
                    return try await group.reduce(into: []) { if let winner = $1 { $0.append(winner) } }
                }
                try subject.expectEqual(winners.count, 1, "winners of round \(round)")
                try subject.expectEqual(
                    try await subject.text(name), "contender \(winners.first ?? -1)", "content written by the winner")
            }
        },
    ]
}
