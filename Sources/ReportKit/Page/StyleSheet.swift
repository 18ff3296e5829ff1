/// The page's style. Charts take their colours from the same variables, so light, dark and print need one picture each.
enum StyleSheet {
    static let text = lightVariables + darkVariables + page + charts + print

    private static let lightVariables = """
        :root {
          --paper: #ffffff; --panel: #f7f8fa; --ink: #1b2330; --soft: #5b6676; --line: #dfe3ea; --grid: #e8ebf0;
          --series-1: #2463d6; --series-2: #dd6b17; --series-3: #12926b; --series-4: #9b45c4; --series-5: #b58611;
          --series-6: #cf3f68; --muted: #8c96a5;
          --good: #12805c; --caution: #a86a00; --bad: #c22f3d; --highlight: #eef4ff;
        }

        """

    private static let darkVariables = """
        @media (prefers-color-scheme: dark) { :root {
          --paper: #12161d; --panel: #1a2029; --ink: #e7ebf1; --soft: #9aa6b6; --line: #2c3542; --grid: #252d39;
          --series-1: #6ea2ff; --series-2: #ff9b54; --series-3: #3ecb9b; --series-4: #cf8df0; --series-5: #e0b84a;
          --series-6: #ff7d9f; --muted: #76818f;
          --good: #46cf9f; --caution: #e7b04b; --bad: #ff7a83; --highlight: #1c2a44;
        } }

        """

    private static let page = """
        * { box-sizing: border-box; }
        html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
        body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
          max-width: 1080px; margin: 0 auto; padding: 40px 28px 64px; }
        h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; margin: 0; }
        h2 { font-size: 21px; line-height: 1.3; letter-spacing: -0.01em; margin: 44px 0 14px; padding-top: 20px;
          border-top: 1px solid var(--line); }
        h3 { font-size: 16px; margin: 26px 0 8px; }
        p, ul { margin: 0 0 14px; max-width: 76ch; }
        ul { padding-left: 22px; }
        .subtitle { color: var(--soft); font-size: 17px; margin: 8px 0 0; }
        nav { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 18px; font-size: 14px; }
        a { color: var(--series-1); text-decoration: none; }
        a:hover { text-decoration: underline; }
        .key-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin: 0 0 20px; }
        .card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px 13px; }
        .card .label { color: var(--soft); font-size: 13px; line-height: 1.35; }
        .card .value { font-size: 26px; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; margin-top: 3px;
          font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .card .detail { color: var(--soft); font-size: 13px; line-height: 1.4; margin-top: 3px; }
        .card.good .value { color: var(--good); } .card.caution .value { color: var(--caution); }
        .card.bad .value { color: var(--bad); }
        .note { border: 1px solid var(--line); border-left: 4px solid var(--muted); border-radius: 6px;
          background: var(--panel); padding: 10px 14px; max-width: none; }
        .note.good { border-left-color: var(--good); } .note.caution { border-left-color: var(--caution); }
        .note.bad { border-left-color: var(--bad); }
        pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; margin: 0 0 16px;
          overflow-x: auto; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
        .table { overflow-x: auto; margin: 0 0 20px; }
        table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
        caption { text-align: left; color: var(--soft); font-size: 13.5px; padding-bottom: 6px; }
        th, td { text-align: left; padding: 7px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { color: var(--soft); font-weight: 600; font-size: 13px; border-bottom-width: 2px; vertical-align: bottom; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        tr.highlighted td { background: var(--highlight); font-weight: 600; }
        footer { color: var(--soft); font-size: 13px; margin-top: 48px; padding-top: 14px; border-top: 1px solid var(--line); }

        """

    private static let charts = """
        figure { margin: 0 0 22px; border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px 10px; min-width: 0; }
        figcaption { font-weight: 600; font-size: 15px; margin-bottom: 4px; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 16px; margin-bottom: 22px; }
        .figures figure { margin: 0; }
        .explanation { color: var(--soft); font-size: 13.5px; margin: 4px 0 4px; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; color: var(--soft); margin-bottom: 4px; }
        .legend span { display: inline-flex; align-items: center; gap: 7px; }
        .legend i { width: 18px; border-top: 3px solid var(--muted); border-radius: 2px; }
        .legend i.dashed { border-top-style: dashed; border-radius: 0; }
        .plot { overflow-x: auto; }
        .plot.wide svg { min-width: 600px; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
        svg text.name, svg text.amount { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px;
          stroke-linejoin: round; }
        svg .grid { stroke: var(--grid); stroke-width: 1; }
        svg .axis { stroke: var(--muted); stroke-width: 1; }
        svg .reference { stroke: var(--muted); stroke-width: 1.25; stroke-dasharray: 5 4; fill: none; }
        svg .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        svg .curve.dashed { stroke-dasharray: 7 5; }
        svg .whisker { stroke-width: 2.4; stroke-linecap: round; }
        svg .mark { stroke: var(--paper); stroke-width: 1.5; }
        svg .dots { fill: none; stroke-width: 3.8; stroke-linecap: round; }
        svg .area { stroke: none; fill-opacity: 0.22; }
        svg .step { fill: none; stroke-width: 1.5; stroke-linejoin: miter; }
        \((1...ChartColour.seriesCount).map { colourRules("series-\($0)") }.joined(separator: "\n"))
        \(colourRules("muted"))

        """

    private static func colourRules(_ name: String) -> String {
        """
        .\(name).curve, .\(name).whisker, .\(name).step, .\(name).dots { stroke: var(--\(name)); }
        .\(name).mark, .\(name).area, .\(name).bar { fill: var(--\(name)); }
        .legend i.\(name) { border-top-color: var(--\(name)); }
        """
    }

    private static let print = """
        @media print {
          :root { --paper: #fff; --panel: #fff; --ink: #000; --soft: #444; --line: #bbb; --grid: #e3e3e3;
            --series-1: #1f56bd; --series-2: #c85c0c; --series-3: #0d7a59; --series-4: #82359f; --series-5: #98700c;
            --series-6: #b32e56; --muted: #777; --good: #0d6b4c; --caution: #8a5700; --bad: #a8202f; --highlight: #eee; }
          body { max-width: none; padding: 0; font-size: 11pt; }
          nav { display: none; }
          h2 { break-after: avoid; margin-top: 24px; }
          .figures { grid-template-columns: 1fr 1fr; }
          .plot.wide svg { min-width: 0; }
          figure, .card, .note, tr { break-inside: avoid; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }

        """
}
