import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct XMLReaderTests {
    private func tree(_ text: String) throws -> XMLTree { try XMLTree.parse(Array(text.utf8)) }

    @Test func elementsTextAndAttributes() throws {
        let root = try tree(
            """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE a [ <!ELEMENT a (b)> <!-- > --> <!ATTLIST a x CDATA ">"> ]>
            <!-- a comment -->
            <s3:a xmlns:s3="http://x" x='1 &lt; 2' s3:y = "tab\tend">
              <b>one &amp; two &#38; &#x1F422;<![CDATA[ <three> ]]>&quot;&apos;</b><c/><c ></c>é\r\nend\r
            </s3:a>
            <?after it?>

            """)
        #expect(root.name == "a")
        #expect(root.attributes.map(\.name) == ["s3", "x", "y"])
        #expect(root.attributes.map(\.value) == ["http://x", "1 < 2", "tab end"])
        #expect(root["b"]?.text == "one & two & 🐢 <three> \"'")
        #expect(root.all("c").count == 2)
        #expect(root.text.hasSuffix("é\nend\n"))
        #expect(root["d"] == nil)
    }

    @Test func readsHadoopSettings() throws {
        let root = try tree(
            """
            <?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="configuration.xsl"?>
            <configuration>
              <property><name>dfs.nameservices</name><value>c1,c2</value></property>
              <property><name>dfs.replication</name><value>3</value><final>true</final></property>
            </configuration>
            """)
        let settings = root.all("property").map { [$0["name"]?.text, $0["value"]?.text] }
        #expect(settings == [["dfs.nameservices", "c1,c2"], ["dfs.replication", "3"]])
    }

    @Test(arguments: [
        ("", 0, "no element"), ("  ", 2, "no element"), ("x", 1, "outside"), ("<a>", 3, "ends inside of <a>"),
        ("<a></b>", 7, "where </a>"), ("<a/><b/>", 5, "second root"), ("<a/>x", 5, "outside"), ("</a>", 4, "without"),
        ("<a b></a>", 4, "expected '='"), ("<a b=c/>", 5, "not quoted"), ("<a b='c/>", 5, "no end"),
        ("<a b='<'/>", 5, "'<'"), ("<a 1='1'/>", 4, "name"), ("< a/>", 1, "name"), ("<a>&b;</a>", 3, "entity"),
        ("<a>&#0;</a>", 3, "entity"), ("<a>&#xD800;</a>", 3, "entity"), ("<a>&#+65;</a>", 3, "entity"),
        ("<a>&</a>", 3, "entity"),
        ("<a><!-- </a>", 12, "comment"), ("<a><![CDATA[ </a>", 17, "CDATA"), ("<!DOCTYPE a [<a/>", 17, "document type"),
        ("<a b='1'c='2'/>", 8, "space"), ("<a", 2, "space"), ("<a/><!DOCTYPE a>", 13, "after the root"),
        ("<![CDATA[x]]><a/>", 9, "CDATA"), ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 33, "entity"),
    ])
    func errorsNameTheirPosition(text: String, byte: Int, message: String) {
        let error = #expect(throws: XMLError.self) { try tree(text) }
        #expect(error?.byte == byte)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func limitsAndEncodings() {
        let deep = String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65)
        #expect(throws: XMLError.self) { try tree(deep) }
        #expect(throws: XMLError.self) { try XMLTree.parse(Array("<a>bcd</a>".utf8), maximumBytes: 9) }
        #expect(throws: XMLError.self) { try XMLTree.parse(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }

    @Test func escapedTextReadsBack() throws {
        let text = "a<b>&\"'\t\n\r ü🐢]]>"
        #expect(try tree("<a>\(XMLTree.escaped(text))</a>").text == text)
    }

    /// Any bytes give a tree or an ``XMLError``.
    @Test func survivesMutations() throws {
        var generator = SeededGenerator(seed: 1)
        let seeds = [
            "<?xml version='1.0'?><!DOCTYPE a [<!ELEMENT a (b)>]><a x='1' y=\"&lt;\"><b>t&amp;&#65;<![CDATA[c]]></b><!--d--><e/></a>",
            "<Error><Code>NoSuchKey</Code><Message>The key &quot;x&quot; is missing</Message></Error>",
        ].map { Array($0.utf8) }
        let chunks = [
            "<", ">", "&", ";", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "<?", "?>", "/", "'", "\"", "&#x", "\0",
        ]
        var readable = 0
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0..<max(1, bytes.count), using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0:
                    bytes.insert(contentsOf: Array(chunks.randomElement(using: &generator)?.utf8 ?? "".utf8), at: at)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...9, using: &generator)))
                case 2 where !bytes.isEmpty: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
                default: bytes = Array(bytes.prefix(at))
                }
            }
            if (try? XMLTree.parse(bytes)) != nil { readable += 1 }
        }
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            if (try? XMLTree.parse(bytes)) != nil { readable += 1 }
        }
        #expect(readable > 1_000 && readable < 15_000, "\(readable) of 25,000 were readable")
    }

    private struct Element: Decodable, Equatable {
        let name: String
        let attributes: [[String]]
        let text: String
        let children: [Element]

        init(_ tree: XMLTree) {
            name = tree.name
            attributes = tree.attributes.map { [$0.name, $0.value] }
            text = tree.text
            children = tree.children.map(Element.init)
        }
    }

    private struct Document: Decodable {
        let text: String
        let tree: Element
    }

    @Test(.needs(.python)) func agreesWithPython() throws {
        let documents = try Oracle.json([Document].self, Self.randomDocuments)
        #expect(documents.count == 400)
        for document in documents {
            let read = Element(try tree(document.text))
            #expect(read == document.tree, "\(document.text)")
        }
    }

    private static let randomDocuments = #"""
        import json, random
        import xml.etree.ElementTree as ET
        random.seed(7)
        names = ["a", "Key", "x-y", "b.c", "_z", "ünï", "語"]
        texts = ["", " ", "plain", "ü語🐢", "&lt;", "&#65;&#x1F422;", "&amp;&quot;&apos;&gt;", "\t\n", "a\r\nb\rc", "]] >", "&#13;",
                 "<![CDATA[<raw> & ]]>", "<!-- c <d> -->", "<?pi x?>"]
        def content(depth):
            parts = []
            for _ in range(random.randrange(5)):
                parts.append(element(depth + 1) if depth < 6 and random.random() < 0.5 else random.choice(texts))
            return "".join(parts)
        def element(depth):
            name = random.choice(names)
            keys = random.sample(names, random.randrange(3))
            attributes = "".join(random.choice([" ", "\n  "]) + k + random.choice(["=", " = "]) + random.choice(["'%s'", '"%s"'])
                                 % random.choice([t for t in texts if "<" not in t and "'" not in t and '"' not in t]) for k in keys)
            if random.random() < 0.2: return "<%s%s/>" % (name, attributes)
            return "<%s%s>%s</%s%s>" % (name, attributes, content(depth), name, random.choice(["", " "]))
        def value(e):
            text = (e.text or "") + "".join(c.tail or "" for c in e)
            return {"name": e.tag, "attributes": [[k, v] for k, v in e.attrib.items()], "text": text,
                    "children": [value(c) for c in e]}
        out = []
        for _ in range(400):
            prolog = random.choice(["", "<?xml version='1.0' encoding='UTF-8'?>\n", "<!DOCTYPE a [<!ELEMENT a ANY>]>", "<!-- x -->\n"])
            text = prolog + element(0) + random.choice(["", "\n", "<!-- y -->"])
            out.append({"text": text, "tree": value(ET.fromstring(text.encode()))})
        print(json.dumps(out))
        """#
}
