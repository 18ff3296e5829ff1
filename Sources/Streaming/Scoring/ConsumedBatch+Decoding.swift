import Features

extension ConsumedBatch {
    /// Decodes all messages into a merge: as transactions, or as dead letters where they are none.
    package func decode(into merge: inout PartitionMerge) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < count {
                let first = messages[start]
                let rest = messages[start...]
                let end =
                    rest.firstIndex { $0.partition != first.partition || $0.topicIndex != first.topicIndex } ?? count
                decode(start..<end, bytes, into: &merge)
                start = end
            }
        }
    }

    /// Decodes messages of one partition.
    private func decode(_ run: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>, into merge: inout PartitionMerge) {
        let partition = partition(at: run.lowerBound)
        merge.append(to: partition, generation: position.entries[partition]?.generation ?? 0) { buffer in
            for index in run {
                let message = messages[index]
                do throws(TransactionJSONError) {
                    let text = UnsafeBufferPointer(rebasing: bytes[message.valueRange])
                    buffer.append(try TransactionJSON.decode(text), offset: message.offset)
                } catch {
                    buffer.append(DeadLetter(of: self, at: index, reason: "\(error)"))
                }
            }
        }
    }
}
