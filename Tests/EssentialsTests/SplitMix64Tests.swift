import Essentials
import Testing

@Suite struct SplitMix64Tests {
    /// The first numbers of the authors' program (S. Vigna, splitmix64.c) for the seed 1234567.
    @Test func sequenceIsTheAuthors() {
        var generator = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func aNumberIsItsPositionMixed() {
        var generator = SplitMix64(seed: 7)
        for position in 1...100 {
            #expect(generator.next() == SplitMix64.mixed(7 &+ UInt64(position) &* SplitMix64.increment))
        }
        #expect(SplitMix64.mixed(0) == 0)
    }

    @Test func indicesAreBelowTheirBound() {
        var generator = SplitMix64(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7_000 { counts[generator.index(below: 7)] += 1 }
        #expect(counts.allSatisfy { (800...1_200).contains($0) }, "\(counts)")
        #expect(generator.index(below: 1) == 0 && generator.index(below: 0) == 0)
    }

    @Test func streamsAndShufflesDependOnTheSeedOnly() {
        func shuffled(_ seed: UInt64, _ stream: UInt64) -> [Int] {
            var generator = SplitMix64(seed: seed, stream: stream)
            var elements = Array(0..<50)
            generator.shuffle(&elements)
            return elements
        }
        #expect(shuffled(1, 2) == shuffled(1, 2))
        #expect(shuffled(1, 2) != shuffled(1, 3) && shuffled(1, 2) != shuffled(2, 2))
        #expect(shuffled(1, 2).sorted() == Array(0..<50))
    }
}
