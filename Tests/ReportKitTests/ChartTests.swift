import Foundation
import ReportKit
import TestSupport
import Testing

@Suite struct ChartTests {
    /// Values of every kind, on every chart and axis: no coordinate may be anything but a finite number.
    @Test func coordinatesAreFiniteWhateverTheValues() {
        var generator = SeededGenerator(seed: 7)
        let special: [Double] = [
            .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e300, -1e300, 1e308, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, .leastNormalMagnitude, 1e-15, 1 + .ulpOfOne, 1e15, 0.1,
        ]
        func values(_ count: Int) -> [Double] {
            let pool = (0..<3).map { _ in special[Int.random(in: 0..<special.count, using: &generator)] }
            return (0..<count).map { _ in pool[Int.random(in: 0..<pool.count, using: &generator)] }
        }
        for round in 0..<500 {
            let count = round % 5
            let ends = values(2).filter { !$0.isNaN }.sorted()
            let range = round % 3 == 0 && ends.count == 2 ? ends[0]...ends[1] : nil
            let x = ChartAxis("x", scale: round % 2 == 0 ? .linear : .logarithmic, range: range)
            let y = ChartAxis(
                "y", scale: round % 4 < 2 ? .linear : .logarithmic, format: round % 7 == 0 ? .percent : .number)
            let charts: [any Chart] = [
                LineChart(
                    x: x, y: y, series: [.init("a", x: values(count), y: values(count), hasMarks: true)],
                    diagonal: "d", highlights: [.init("h", x: values(1)[0], y: values(1)[0])]),
                BarChart(values(count).map { .init("bar", $0) }, valueLabel: "v"),
                Histogram(edges: values(count + 1), series: [.init("a", counts: values(count + 2))], x: x, y: y),
                IntervalPlot(
                    (0..<count).map { _ in
                        let three = values(3)
                        return .init("i", estimate: three[0], lower: three[1], upper: three[2])
                    }, axis: x, reference: values(1)[0]),
                SwarmPlot(
                    (0..<count).map { _ in .init("s", positions: values(6), ranks: [0, 0.5, 1, nil]) }, axis: x),
            ]
            for chart in charts {
                let svg = chart.svg(size: round % 2 == 0 ? .wide : .half, label: "chart")
                let numbers = coordinates(of: svg)
                #expect(!numbers.isEmpty)
                #expect(numbers.allSatisfy { Double($0).map { abs($0) < 5000 } ?? false }, "round \(round)")
                #expect(!svg.contains("nan") && !svg.contains("inf"))
            }
        }
    }

    @Test func dotsOfASwarmPileUpWithinTheirRowAndHaveTheColoursOfTheirRanks() {
        let swarm = SwarmPlot(
            [
                .init(
                    "many", positions: [Double](repeating: 0.5, count: 400),
                    ranks: [Double?](repeating: 0.9, count: 400)),
                .init("few", positions: [-1, 0, 1, .nan], ranks: [0.1, 0.5, nil, 1]),
            ], axis: ChartAxis("x"))
        let svg = swarm.svg(size: .wide, label: "swarm")
        let paths = svg.matches(of: /<path class="dots ([a-z0-9-]+)" d="([^"]+)"/)
        #expect(paths.map { String($0.1) } == ["series-2", "series-1", "series-4", "muted"])
        let dots = paths.map { $0.2.matches(of: /M([0-9.]+) ([0-9.]+)h0/).map { Double($0.2) ?? .nan } }
        #expect(dots.map(\.count) == [400, 1, 1, 1])
        #expect(Set(dots[0]).count > 50 && dots[0].allSatisfy { (6...36).contains($0) })
        #expect(dots.dropFirst().allSatisfy { $0 == [51] })
        #expect(swarm.legend.map(\.name) == ["low value", "middle", "high value", "missing"])
    }

    @Test func ticksAreRoundAndShareTheirDecimals() {
        let shares = LineChart(
            x: ChartAxis("x"), y: ChartAxis("y"), series: [.init("s", x: [0.003, 0.97], y: [0, 7])])
        #expect(labels(shares) == ["0", "2", "4", "6", "8", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "x", "y"])
        let large = LineChart(
            x: ChartAxis("x", scale: .logarithmic), y: ChartAxis("y", format: .percent),
            series: [.init("s", x: [1, 1e6], y: [0.1, 0.2])])
        #expect(
            labels(large) == [
                "10%", "12%", "14%", "16%", "18%", "20%", "1", "100", "10k", "1M", "x", "y",
            ])
        let amounts = LineChart(
            x: ChartAxis("x"), y: ChartAxis("y"), series: [.init("s", x: [0, 50_000], y: [-1e-5, 1e-5])])
        #expect(
            labels(amounts) == [
                "\u{2212}1.00·10⁻⁵", "\u{2212}5.00·10⁻⁶", "0", "5.00·10⁻⁶", "1.00·10⁻⁵", "0", "10k", "20k", "30k",
                "40k",
                "50k", "x", "y",
            ])
    }

    @Test func aMissingPointBreaksTheLine() {
        let chart = LineChart(
            x: ChartAxis("x", range: 0...4), y: ChartAxis("y", range: 0...1),
            series: [.init("s", x: [0, 1, 2, 3, 4], y: [0, 1, .nan, 1, 0])])
        let path = chart.svg(size: .half, label: "c").components(separatedBy: "class=\"curve").last ?? ""
        let data = path.components(separatedBy: "d=\"")[1].prefix { $0 != "\"" }
        #expect(data.filter { $0 == "M" }.count == 2 && data.filter { $0 == "L" }.count == 2)
    }

    @Test func barsAreAsLongAsTheirValues() throws {
        let chart = BarChart([.init("a", 2), .init("b", 1), .init("c", -1)], valueLabel: "v")
        let svg = chart.svg(size: .wide, label: "c")
        let widths = svg.components(separatedBy: "<rect").dropFirst().compactMap { rectangle in
            rectangle.components(separatedBy: " width=\"").dropFirst().first.flatMap {
                Double($0.prefix { $0 != "\"" })
            }
        }
        try #require(widths.count == 3)
        #expect(abs(widths[0] - 2 * widths[1]) < 0.05 && abs(widths[1] - widths[2]) < 0.05)
    }

    @Test func edgesOfBinsAreExactAtTheirEnds() {
        #expect(Histogram.edges(from: 0, to: 1, count: 4) == [0, 0.25, 0.5, 0.75, 1])
        let logarithmic = Histogram.edges(from: 0.01, to: 10_000, count: 6, scale: .logarithmic)
        #expect(logarithmic.first == 0.01 && logarithmic.last == 10_000)
        #expect(zip(logarithmic, [0.01, 0.1, 1, 10, 100, 1000, 10_000]).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
        #expect(Histogram.edges(from: 0, to: 1, count: 4, scale: .logarithmic).isEmpty)
    }

    private func labels(_ chart: some Chart) -> [String] {
        chart.svg(size: .half, label: "chart").components(separatedBy: "<text").dropFirst().map { text in
            String((text.components(separatedBy: ">")[1]).prefix { $0 != "<" })
        }
    }

    /// Every number in a geometric attribute.
    private func coordinates(of svg: String) -> [String] {
        let names = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "width", "height", "viewBox", "d"]
        return names.flatMap { name in
            svg.components(separatedBy: " \(name)=\"").dropFirst().flatMap { rest in
                rest.prefix { $0 != "\"" }.split { " MLZh".contains($0) }.map(String.init)
            }
        }
    }
}
