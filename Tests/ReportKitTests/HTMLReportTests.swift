import Foundation
import ReportKit
import TestSupport
import Testing

@Suite struct HTMLReportTests {
    /// Python's own strict parser must accept each chart, and every tag of the page must be closed.
    @Test(.needs(.python)) func pageIsWellFormed() throws {
        let folder = try TemporaryFolder()
        try Data(sampleReport().utf8()).write(to: folder.url.appending(path: "report.html"))
        let findings = try Oracle.json(
            [String: Int].self,
            """
            import sys, re, json, math
            from html.parser import HTMLParser
            import xml.etree.ElementTree as ET
            text = open(sys.argv[1], encoding="utf-8").read()
            void = {"meta", "br", "hr", "img", "link", "input", "rect", "line", "path", "circle"}
            class Checker(HTMLParser):
                def __init__(self):
                    super().__init__(); self.open = []; self.bad = 0; self.outside = 0; self.scripts = 0
                def handle_starttag(self, tag, attributes):
                    if tag == "script": self.scripts += 1
                    for name, value in attributes:
                        if name in ("src", "href") and not value.startswith("#"): self.outside += 1
                    if tag not in void or tag in ("rect", "circle"): self.open.append(tag)
                def handle_startendtag(self, tag, attributes): pass
                def handle_endtag(self, tag):
                    if not self.open or self.open.pop() != tag: self.bad += 1
            checker = Checker(); checker.feed(text)
            numbers = 0; charts = 0
            plots = re.findall(r'<div class="plot [a-z]+">(.*?)</div>', text, re.S)
            for plot in plots:
                charts += 1
                for node in ET.fromstring(plot).iter():
                    for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "rx", "viewBox", "d"):
                        for number in re.findall(r"[^ MLZ]+", node.get(name, "")):
                            assert math.isfinite(float(number)), (name, number)
                            assert abs(float(number)) < 5000, (name, number)
                            numbers += 1
            print(json.dumps({"bad": checker.bad, "open": len(checker.open), "outside": checker.outside,
                              "scripts": checker.scripts, "charts": charts, "numbers": numbers}))
            """, [folder.path("report.html")])
        #expect(findings["bad"] == 0 && findings["open"] == 0)
        #expect(findings["outside"] == 0 && findings["scripts"] == 0)
        #expect(findings["charts"] == 6)
        #expect((findings["numbers"] ?? 0) > 500)
    }

    @Test func textIsEscapedEverywhere() {
        let hostile = "<script>\"&'\u{0}"
        let chart = BarChart([.init(hostile, 1, text: hostile)], valueLabel: hostile)
        let line = LineChart(
            x: ChartAxis(hostile), y: ChartAxis(hostile),
            series: [.init(hostile, x: [0, 1], y: [0, 1], hasMarks: true)],
            diagonal: hostile, highlights: [.init(hostile, x: 0.5, y: 0.5)])
        let histogram = Histogram(
            edges: [0, 1], series: [.init(hostile, counts: [1]), .init(hostile, counts: [2])], x: ChartAxis(hostile))
        let intervals = IntervalPlot([.init(hostile, estimate: 1, lower: 0, upper: 2)], axis: ChartAxis(hostile))
        let figures = ([chart, line, histogram, intervals] as [any Chart]).map {
            Figure(hostile, $0, explanation: hostile)
        }
        let page = HTMLReport(
            title: hostile, subtitle: hostile,
            sections: [
                ReportSection(
                    hostile,
                    [
                        .heading(hostile), .paragraph(hostile), .bullets([hostile]), .note(.bad, hostile),
                        .code(hostile),
                        .keyMetrics([KeyMetric(hostile, hostile, detail: hostile)]), .figures(figures),
                        .table(ReportTable([.text(hostile)], rows: [[hostile]], caption: hostile)),
                    ])
            ], footer: hostile
        ).html()
        #expect(!page.contains("<script"))
        #expect(!page.contains("\u{0}"))
        #expect(page.components(separatedBy: "&lt;script&gt;&quot;&amp;&#39;\u{FFFD}").count > 30)
    }

    @Test func raggedRowsOfATableFillItsColumns() {
        let table = ReportTable([.text("a"), .number("b")], rows: [["1"], ["1", "2", "3"]])
        let page = HTMLReport(title: "t", sections: [ReportSection("s", [.table(table)])]).html()
        #expect(page.contains("<tr><td>1</td><td class=\"number\"></td></tr>"))
        #expect(page.contains("<tr><td>1</td><td class=\"number\">2</td></tr>"))
    }
}
