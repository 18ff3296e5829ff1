extension ConsumedBatch {
    /// Decodes all messages into a merge: as transactions, or as dead letters where they are none.
    package func decode<Messages: TransactionMessages>(into merge: inout PartitionMerge<Messages>) {
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
    private func decode<Messages: TransactionMessages>(
        _ run: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>,
        into merge: inout PartitionMerge<Messages>
    ) {
        let partition = partition(at: run.lowerBound)
        let kind = merge.messages
        merge.append(to: partition, generation: position.entries[partition]?.generation ?? 0) { buffer in
            for index in run {
                let message = messages[index]
                do throws(Messages.Failure) {
                    let text = UnsafeBufferPointer(rebasing: bytes[message.valueRange])
                    let transaction = try kind.decode(text)
                    buffer.append(transaction, time: kind.time(of: transaction), offset: message.offset)
                } catch {
                    buffer.append(DeadLetter(of: self, at: index, reason: "\(error)"))
                }
            }
        }
    }
}
