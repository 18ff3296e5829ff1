import Features
import Testing

@Suite struct WatermarkTests {
    private static let day: Int64 = 86_400_000_000

    @Test func followsTheNewestTransaction() {
        var watermark = Watermark()
        #expect(watermark.time == nil)
        for (observed, expected) in [
            (100, 100), (50, 100), (300, 300), (300 + Self.day, 300 + Self.day), (400, 300 + Self.day),
        ] {
            watermark.observe(Int64(observed))
            #expect(watermark.time == Int64(expected))
        }
    }

    /// Forward or backward, however far.
    @Test(arguments: [Self.day + 10, -Self.day - 10, .max, .min])
    func aStepOfMoreThanADayNeedsSeveralInARow(_ far: Int64) {
        var watermark = Watermark(time: 0)
        for _ in 0..<63 { watermark.observe(far) }
        #expect(watermark.time == 0)
        // One that is near begins the count again.
        watermark.observe(5)
        for _ in 0..<63 { watermark.observe(far) }
        #expect(watermark.time == 5)
        watermark.observe(far)
        #expect(watermark.time == far)
    }
}
