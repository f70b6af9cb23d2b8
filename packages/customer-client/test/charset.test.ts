import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeWorld, request } from "./support.ts"

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex")

const rows: ReadonlyArray<{
  readonly type: string | undefined
  readonly hex: string
  readonly right: string
  readonly source: string
}> = [
  { type: undefined, hex: "c3 bc", right: "ü", source: "own: UTF-8 without content type" },
  { type: "application/json", hex: "c3 bc", right: "ü", source: "RFC 8259 §8.1" },
  {
    type: "text/html",
    hex: "c3 bc",
    right: "ü",
    source: "RFC 9110, appendix B.3: no default charset any more",
  },
  { type: "application/json; charset=utf-8", hex: "c3 bc", right: "ü", source: "RFC 9110 §8.3.2" },
  {
    type: 'text/plain;charset="UTF8"',
    hex: "c3 bc",
    right: "ü",
    source: "Encoding Standard §4.2 (label utf8)",
  },
  {
    type: "application/json; charset=ISO-8859-1",
    hex: "4d fc 6c 6c 65 72",
    right: "Müller",
    source: "https://github.com/guzzle/guzzle/pull/310",
  },
  {
    type: "text/html; charset=iso-8859-1",
    hex: "80 93 94 96",
    right: "€“”–",
    source: "Encoding Standard §4.2: iso-8859-1 is windows-1252",
  },
  {
    type: "text/html; charset=Windows-1252",
    hex: "92",
    right: "’",
    source: "https://github.com/nodejs/node/issues/56542",
  },
  {
    type: "text/plain; charset=windows-1252",
    hex: "96",
    right: "–",
    source: "https://github.com/nodejs/node/issues/59515",
  },
  {
    type: "text/plain; charset=windows-1252",
    hex: "80 82 83 9f ff",
    right: "€‚ƒŸÿ",
    source: "https://github.com/nodejs/node/issues/60888; https://github.com/nodejs/node/pull/60893 (0xFF)",
  },
  {
    type: "text/plain; charset=windows-1252",
    hex: "81 8d 8f 90 9d",
    right: "\x81\x8d\x8f\x90\x9d",
    source: "Encoding Standard, index-windows-1252.txt",
  },
  { type: "TEXT/HTML; CHARSET='latin1'", hex: "e4", right: "ä", source: "own: quoted as servers do it" },
  { type: "text/plain; format=flowed; charset = iso-8859-15", hex: "a4", right: "€", source: "ISO 8859-15" },
  { type: "text/plain; charset=utf-16le", hex: "4d 00 fc 00", right: "Mü", source: "RFC 2781 §4" },
  { type: "text/html; charset=windows-1251", hex: "cf f0 e8", right: "При", source: "Encoding Standard §9" },
  {
    type: "text/html; charset=Shift_JIS",
    hex: "83 65 83 58 83 67",
    right: "テスト",
    source: "Encoding Standard §12.3",
  },
  {
    type: "text/html; charset=utf-7",
    hex: "c3 bc",
    right: "ü",
    source: "https://github.com/restsharp/RestSharp/issues/2262",
  },
  { type: "text/html; charset=none", hex: "c3 bc", right: "ü", source: "own: an unknown charset is UTF-8" },
  { type: "text/html; charset=", hex: "c3 bc", right: "ü", source: "own: an empty charset is UTF-8" },
  {
    type: "text/html; charset=iso-2022-kr",
    hex: "c3 bc",
    right: "ü",
    source: "Encoding Standard §4.2: replacement",
  },
  { type: "charset", hex: "c3 bc", right: "ü", source: "own: a content type that is none" },
  {
    type: "text/plain; charset=windows-1252",
    hex: "00 61",
    right: "\ufffda",
    source: "own: NUL, which Postgres refuses",
  },
]

describe("a body's charset", () => {
  it.effect.each(rows)(
    "$type: $hex is $right ($source)",
    Effect.fnUntraced(function* ({ hex, right, type }) {
      const head = type === undefined ? {} : { "Content-Type": type }
      const { client } = yield* makeWorld({
        answer: (response) => void response.writeHead(200, head).end(bytes(hex)),
      })
      assert.deepInclude(yield* client.send(request), { body: right, contentType: type, truncated: false })
    }),
  )

  it.effect.each(rows)(
    "does not depend on how its bytes arrive: $type $hex",
    Effect.fnUntraced(function* ({ hex, right, type }) {
      const head = type === undefined ? {} : { "Content-Type": type }
      const { client } = yield* makeWorld({
        answer: (response) => {
          response.writeHead(200, head).flushHeaders()
          const pieces = [...bytes(hex)].values()
          const next = () => {
            const { done, value } = pieces.next()
            if (done === true) response.end()
            else response.write(Uint8Array.of(value), () => setImmediate(next))
          }
          next()
        },
      })
      assert.deepInclude(yield* client.send(request), { body: right })
    }),
  )
})
