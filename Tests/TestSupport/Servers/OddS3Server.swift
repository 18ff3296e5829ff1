import Foundation

/// A small S3 server whose objects may have any name, like a hostile or careless bucket. It checks no signatures.
package final class OddS3Server: Sendable {
    private let program: PythonProgram

    /// - Parameter objects: Names in buckets, such as `bucket/a//b`, and contents.
    package init(_ objects: [(name: String, content: String)]) throws {
        let arguments = objects.flatMap { [$0.name, $0.content] }
        program = try PythonProgram(Self.source, arguments: arguments)
    }

    /// For programs and for `S3Configuration`.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": "http://" + program.authority, "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        ]
    }

    package var authority: String { program.authority }

    /// All names in buckets now, in byte order.
    package func names() throws -> [String] {
        let url = "http://\(program.authority)/?names"
        let text = try Oracle.execute(Oracle.python, ["-c", Self.asking, url])
        return try JSONDecoder().decode([String].self, from: Data(text.utf8))
    }

    private static let asking = """
        import sys, urllib.request
        sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())
        """

    private static let source = """
        import hashlib, http.server, json, os, sys, threading, time, urllib.parse
        folder = sys.argv[1]
        given = [argument.encode() for argument in sys.argv[2:]]
        objects = dict(zip(given[::2], given[1::2]))
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def log_message(self, *arguments): pass
            def respond(self, status, data=b'', **fields):
                self.send_response(status)
                for name, value in fields.items(): self.send_header(name.replace('_', '-'), value)
                self.send_header('Content-Length', str(len(data)))
                self.end_headers()
                if self.command != 'HEAD': self.wfile.write(data)
            def refuse(self, status, code):
                self.respond(status, f'<Error><Code>{code}</Code></Error>'.encode())
            def name(self):
                path, _, query = self.path.partition('?')
                query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True, encoding='utf-8'))
                return urllib.parse.unquote_to_bytes(path)[1:], query
            def list(self, bucket, query):
                prefix, mark = query.get('prefix', '').encode(), query.get('delimiter', '').encode()
                def quoted(key): return urllib.parse.quote(key, safe='')
                body, folders = '', set()
                for name in sorted(objects):
                    key = name[len(bucket) + 1:]
                    if not name.startswith(bucket + b'/') or not key.startswith(prefix): continue
                    rest = key[len(prefix):]
                    if mark and mark in rest:
                        folders.add(prefix + rest[:rest.index(mark) + 1])
                        continue
                    tag = hashlib.md5(objects[name]).hexdigest()
                    body += (f'<Contents><Key>{quoted(key)}</Key><Size>{len(objects[name])}</Size>'
                        f'<ETag>&quot;{tag}&quot;</ETag><LastModified>2020-01-01T00:00:00.000Z</LastModified></Contents>')
                for key in sorted(folders): body += f'<CommonPrefixes><Prefix>{quoted(key)}</Prefix></CommonPrefixes>'
                body = f'<ListBucketResult><EncodingType>url</EncodingType>{body}</ListBucketResult>'
                self.respond(200, body.encode(), Content_Type='application/xml')
            def do_GET(self):
                name, query = self.name()
                if 'names' in query:
                    return self.respond(200, json.dumps([key.decode() for key in sorted(objects)]).encode())
                if b'/' not in name: return self.list(name, query)
                if 'tagging' in query: return self.refuse(501, 'NotImplemented')
                if name not in objects: return self.refuse(404, 'NoSuchKey')
                data, status, fields = objects[name], 200, {}
                fields['ETag'] = '"' + hashlib.md5(data).hexdigest() + '"'
                fields['Last_Modified'] = 'Wed, 01 Jan 2020 00:00:00 GMT'
                wanted = self.headers.get('Range')
                if wanted:
                    first, last = wanted.removeprefix('bytes=').split('-')
                    first, last = int(first), min(int(last or len(data)), len(data) - 1)
                    if first >= len(data): return self.refuse(416, 'InvalidRange')
                    fields['Content_Range'] = f'bytes {first}-{last}/{len(data)}'
                    data, status = data[first:last + 1], 206
                self.respond(status, data, **fields)
            do_HEAD = do_GET
            def do_PUT(self):
                name, query = self.name()
                data = self.rfile.read(int(self.headers.get('Content-Length', 0)))
                source = self.headers.get('x-amz-copy-source')
                if source:
                    source = urllib.parse.unquote_to_bytes(source).removeprefix(b'/')
                    if source not in objects: return self.refuse(404, 'NoSuchKey')
                    data = objects[source]
                objects[name] = data
                tag = hashlib.md5(data).hexdigest()
                body = f'<CopyObjectResult><ETag>"{tag}"</ETag></CopyObjectResult>'.encode() if source else b''
                self.respond(200, body, ETag=f'"{tag}"')
            def do_DELETE(self):
                objects.pop(self.name()[0], None)
                self.respond(204)
        """
}
