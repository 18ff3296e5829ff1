/// The sizes of the parts of an upload: at most 10,000 parts of at most 5 GiB make objects of up to 5 TiB (Amazon S3
/// User Guide, "Multipart upload limits").
///
/// With an expected size, all parts have one size that leaves a tenth of the part numbers in reserve. Without one, or
/// beyond it, sizes double every thousand parts.
package struct S3PartSizes: Sendable {
    package static let maximumParts = 10_000
    /// Of all parts but the last.
    package static let minimumSize = 5 << 20
    private static let maximumSize = 5 << 30
    private static let partsBeforeDoubling = 1_000

    private let first: Int
    private let equalParts: Int

    package init(partSize: Int, expectedSize: Int64?) {
        let expected = max(0, expectedSize ?? 0), usable = Int64(Self.maximumParts - Self.partsBeforeDoubling)
        let needed = Int(clamping: ((expected / usable) >> 20) + 1) << 20
        first = min(Self.maximumSize, expected > Int64(partSize) * usable ? needed : partSize)
        equalParts = max(Self.partsBeforeDoubling, Int(clamping: expected / Int64(first) + 1))
    }

    /// - Parameter number: From 1.
    package func size(ofPart number: Int) -> Int {
        guard number > equalParts else { return first }
        let doublings = (number - equalParts - 1) / Self.partsBeforeDoubling + 1
        return min(Self.maximumSize, first << min(doublings, 10))
    }
}
