import { assert, describe, it } from "@effect/vitest"
import { oneLine } from "@lead-gateway/document-check"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { handlerOf, respond } from "@lead-gateway/runtime"
import { escapeSteering } from "../src/internal/escapeSteering.ts"
import { connect } from "./connection.ts"
import { serve } from "./world.ts"

/** What terminals do with it, by its source. */
const characters = [
  ["\u007f", String.raw`\u007f`, "DEL (ECMA-48)"],
  ["\u009b31m", String.raw`\u009b31m`, "CSI of one character (ECMA-48, 5.4)"],
  ["\u0085", String.raw`\u0085`, "next line"],
  ["\u202e\u2066\u2069", String.raw`\u202e\u2066\u2069`, "direction (CVE-2021-42574)"],
  ["\u200e\u200f\u061c", String.raw`\u200e\u200f\u061c`, "direction marks (UAX #9)"],
  ["a\u200bb\u200c\u200d\u2060\ufeff", String.raw`a\u200bb\u200c\u200d\u2060\ufeff`, "zero width"],
  ["\u2028\u2029", String.raw`\u2028\u2029`, "line and paragraph separator"],
  ["\u{e0041}", String.raw`\udb40\udc41`, "tags (UTS #51)"],
  ["ä ß é नमस्ते 日本 😀 \u00a0", "ä ß é नमस्ते 日本 😀 \u00a0", "letters and spaces stay"],
] as const

describe("characters that steer a terminal", () => {
  it.each(characters)("are escapes in JSON: %j is %j, %s", (text, shown) => {
    const json = JSON.stringify({ text })
    assert.strictEqual(escapeSteering(json), `{"text":"${shown}"}`)
    assert.deepStrictEqual(JSON.parse(escapeSteering(json)), { text })
  })

  it("are some of those that no command prints, in the same notation", () => {
    let count = 0
    for (let code = 0; code <= 0x10ffff; code++) {
      const text = String.fromCodePoint(code)
      if (escapeSteering(text) === text) continue
      count++
      assert.strictEqual(escapeSteering(text), oneLine(text), code.toString(16))
    }
    assert.isAbove(count, 60)
  })

  it.live.each(["/listener", "/router"] as const)("do not come in the answers of %s", (path) =>
    Effect.gen(function* () {
      const text = characters.map(([text]) => text).join("")
      const shown = characters.map(([, shown]) => shown).join("")
      const router = yield* handlerOf(
        HttpRouter.add("GET", "/router", HttpServerResponse.jsonUnsafe({ text })),
      )
      const port = yield* serve((request, response, id) =>
        request.url === "/router"
          ? router(request, response, id)
          : respond(response, { status: 400, body: { text } }),
      )
      const connection = yield* connect(port)
      yield* connection.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      const { body, headers } = yield* connection.answer
      assert.include(Buffer.from(body, "latin1").toString(), `{"text":"${shown}"`)
      assert.strictEqual(headers["content-length"], String(body.length))
    }),
  )
})
