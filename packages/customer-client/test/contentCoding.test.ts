import {
  createGzip,
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib"
import type { ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeHttp2World } from "./http2Support.ts"
import { bodyOf, makeWorld, request } from "./support.ts"

const text = '{"outcome":"failure","reason":"Straße unbekannt"}'

const unknown = "the body has a content coding that is not known"
const wrong = "the body does not have the content coding that it is declared to have"
const twice = "the body is compressed twice"

interface Row {
  readonly name: string
  readonly coding: string | undefined
  readonly bytes: Buffer | string
  /** The text that is right, or why there is none. */
  readonly right: string | { readonly unreadable: string }
  readonly source: string
  readonly truncated?: boolean
}

/** gzip, whose first 10 bytes are its head, without its last 8. */
const gzip = gzipSync(text)
const multiMember = Buffer.concat([gzipSync(text.slice(0, 20)), gzipSync(text.slice(20))])

const rows: ReadonlyArray<Row> = [
  {
    name: "gzip",
    coding: "gzip",
    bytes: gzip,
    right: text,
    source: "https://github.com/ArchiveTeam/wpull/issues/14",
  },
  {
    name: "gzip though identity was asked for",
    coding: "GZIP",
    bytes: gzip,
    right: text,
    source: "https://github.com/18F/18f.gsa.gov/issues/1796; RFC 9110 §8.4.1: not case-sensitive",
  },
  {
    name: "x-gzip",
    coding: "x-gzip",
    bytes: gzip,
    right: text,
    source: "RFC 9110 §8.4.1.3; https://github.com/notatallshaw/nab/pull/591",
  },
  {
    name: "several members of gzip",
    coding: "gzip",
    bytes: multiMember,
    right: text,
    source: "RFC 1952 §2.2",
  },
  {
    name: "gzip that is not declared",
    coding: undefined,
    bytes: gzip,
    right: text,
    source: "https://github.com/apache/trafficcontrol/issues/1737",
  },
  {
    name: "deflate with a zlib header",
    coding: "deflate",
    bytes: deflateSync(text),
    right: text,
    source: "RFC 9110 §8.4.1.2",
  },
  {
    name: "deflate with a small window",
    coding: "deflate",
    bytes: deflateSync(text, { windowBits: 9 }),
    right: text,
    source: "https://github.com/oven-sh/bun/pull/31520",
  },
  {
    name: "deflate without a zlib header",
    coding: "deflate",
    bytes: deflateRawSync(text),
    right: text,
    source: "RFC 9110 §8.4.1.2, note; https://github.com/sindresorhus/got/issues/303",
  },
  {
    name: "the raw deflate of decompress-response",
    coding: "deflate",
    bytes: Buffer.from("ab564a2d2a4ace4f4955b232d001b1738bd395ac94f2b3956a01", "hex"),
    right: '{"errcode":0,"errmsg":"ok"}',
    source: "https://github.com/sindresorhus/decompress-response/issues/24 (the text is what it decodes to)",
  },
  {
    name: "gzip declared as deflate",
    coding: "deflate",
    bytes: gzip,
    right: text,
    source: "https://github.com/sindresorhus/decompress-response/issues/34",
  },
  { name: "br", coding: "br", bytes: brotliCompressSync(text), right: text, source: "RFC 7932" },
  { name: "zstd", coding: "zstd", bytes: zstdCompressSync(text), right: text, source: "RFC 8878 §7.2" },
  { name: "identity", coding: "identity", bytes: text, right: text, source: "RFC 9110 §8.4.1" },
  {
    name: "gzip and identity",
    coding: "gzip, identity",
    bytes: gzip,
    right: text,
    source: "RFC 9110 §8.4; https://github.com/nytimes/gziphandler/issues/99",
  },
  {
    name: "plain text declared as gzip",
    coding: "gzip",
    bytes: text,
    right: text,
    source: "https://github.com/xroche/httrack/pull/515; https://github.com/projectdiscovery/httpx/pull/307",
  },
  {
    name: "a charset for a coding",
    coding: "UTF-8",
    bytes: text,
    right: text,
    source:
      "https://github.com/yhirose/cpp-httplib/issues/2518; https://github.com/hgoebl/DavidWebb/issues/31",
  },
  {
    name: "gzip declared twice, done once",
    coding: "gzip, gzip",
    bytes: gzip,
    right: text,
    source: "https://github.com/yhirose/cpp-httplib/issues/993",
  },
  {
    name: "gzip twice",
    coding: "gzip",
    bytes: gzipSync(gzip),
    right: { unreadable: twice },
    source: "https://github.com/nginx/nginx/issues/608",
  },
  {
    name: "gzip declared and done twice",
    coding: "gzip, gzip",
    bytes: gzipSync(gzip),
    right: { unreadable: twice },
    source: "https://github.com/yesodweb/yesod/issues/534",
  },
  {
    name: "an unknown coding",
    coding: "compress",
    bytes: Buffer.from("1f9d90619eb2", "hex"),
    right: { unreadable: unknown },
    source: "RFC 9110 §8.4.1.1 (compress: LZW)",
  },
  {
    name: "a dictionary's coding",
    coding: "dcb",
    bytes: Buffer.from("ff44434281", "hex"),
    right: { unreadable: unknown },
    source: "RFC 9842 §4",
  },
  {
    name: "an inherited name for a coding",
    coding: "constructor",
    bytes: text,
    right: text,
    source: "own: Object.prototype",
  },
  {
    name: "plain text declared as br",
    coding: "br",
    bytes: text,
    right: { unreadable: wrong },
    source: "RFC 7932: br has no magic number",
  },
  {
    name: "gzip whose data is damaged",
    coding: "gzip",
    bytes: Buffer.concat([gzip.subarray(0, 10), Buffer.from("ffffffff", "hex")]),
    right: { unreadable: wrong },
    source: "RFC 1951 §3.2.3: block type 11 is an error",
  },
  {
    name: "gzip without its end",
    coding: "gzip",
    bytes: gzip.subarray(0, -8),
    right: text,
    truncated: true,
    source: "RFC 1952 §2.3.1: CRC32 and ISIZE end a member",
  },
  {
    name: "gzip with garbage behind it",
    coding: "gzip",
    bytes: Buffer.concat([gzip, Buffer.alloc(8)]),
    right: text,
    source: "https://github.com/nodejs/node/pull/5120",
  },
  {
    name: "a body of one byte",
    coding: "gzip",
    bytes: "1",
    right: "1",
    source: "own: too short to show a coding",
  },
  {
    name: "no body, declared as gzip",
    coding: "gzip",
    bytes: "",
    right: "",
    source:
      "https://github.com/OneDrive/onedrive-api-docs/issues/80; https://github.com/request/request/issues/2177",
  },
]

const expectedOf = ({ right, truncated = false }: Row) =>
  typeof right === "string"
    ? { body: right, truncated, unreadable: undefined }
    : { body: "", truncated: true, unreadable: right.unreadable }

const headOf = ({ coding }: Pick<Row, "coding">) =>
  coding === undefined ? {} : { "Content-Encoding": coding }

describe("a body", () => {
  it.effect.each(rows)(
    "$name ($source)",
    Effect.fnUntraced(function* (row) {
      const { client } = yield* makeWorld({
        answer: (response) => void response.writeHead(200, headOf(row)).end(row.bytes),
      })
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), expectedOf(row))
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), expectedOf(row), "by the kept connection")
    }),
  )

  it.effect.each(rows)(
    "byte by byte: $name",
    Effect.fnUntraced(function* (row) {
      const { client } = yield* makeWorld({
        answer: (response) => {
          response.writeHead(200, headOf(row))
          void dripping(response, Buffer.from(row.bytes as Buffer))
        },
      })
      const body = bodyOf(yield* client.send(request))
      assert.deepStrictEqual(body, expectedOf(row))
    }),
  )

  it.effect.each(rows)(
    "by HTTP/2: $name",
    Effect.fnUntraced(function* (row) {
      const { client } = yield* makeHttp2World((stream) =>
        stream.on("end", () => {
          stream.respond({ ":status": 200, ...headOf(row) })
          stream.end(row.bytes)
        }),
      )
      assert.deepStrictEqual(bodyOf(yield* client.send(request)), expectedOf(row))
    }),
  )

  it.effect(
    "of a 204 that is declared as gzip is empty (https://github.com/aio-libs/aiohttp/issues/609)",
    () =>
      Effect.gen(function* () {
        const { client } = yield* makeWorld({
          answer: (response) => void response.writeHead(204, { "Content-Encoding": "gzip" }).end(),
        })
        const expected = { body: "", truncated: false, unreadable: undefined }
        assert.deepStrictEqual(bodyOf(yield* client.send(request)), expected)
      }),
  )

  it.effect("of gzip that breaks off is what was decoded of it", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld({
        answer: (response) => {
          const zip = createGzip()
          response.writeHead(200, { "Content-Encoding": "gzip" })
          zip.on("data", (chunk) => response.write(chunk))
          zip.write(text)
          zip.flush(constants.Z_SYNC_FLUSH, () => setImmediate(() => response.socket?.resetAndDestroy()))
        },
      })
      const { body, truncated, unreadable } = bodyOf(yield* client.send(request))
      assert.isTrue(text.startsWith(body))
      assert.deepStrictEqual([truncated, unreadable], [true, undefined])
    }),
  )
})

const dripping = async (response: ServerResponse, bytes: Buffer) => {
  response.flushHeaders()
  for (const byte of bytes) {
    response.write(Uint8Array.of(byte))
    await new Promise((next) => setImmediate(next))
  }
  response.end()
}
