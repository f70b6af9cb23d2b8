import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { Effect } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readLeads } from "../../src/preview/Leads.ts"

/** Writes a file for the current scope, and returns its path. */
const file = (content: string | Uint8Array) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "lead-gateway-leads-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    ),
    (folder) => {
      const path = join(folder, "leads.json")
      writeFileSync(path, content)
      return path
    },
  )

/** The names and payloads in a file, or its diagnostics; the file is named `leads.json`. */
const read = Effect.fnUntraced(function* (content: string | Uint8Array) {
  const path = yield* file(content)
  const short = (text: string) => text.replaceAll(path, "leads.json")
  return yield* readLeads([path]).pipe(
    Effect.map((leads) => leads.map(({ name, payload }) => [short(name), payload] as const)),
    Effect.catch(({ lines }) => Effect.succeed(lines.map(short))),
  )
})

/** The diagnostics of a file that is refused. */
const diagnostics = (content: string | Uint8Array) =>
  Effect.map(read(content), (found) => found.filter((item) => typeof item === "string"))

describe("leads to preview", () => {
  it.effect.each<[string, string, Array<readonly [string, JsonObject]>]>([
    ["one", '{"a":1}', [["leads.json", { a: 1 }]]],
    [
      "a list",
      '[{"a":1},{"a":2}]',
      [
        ["leads.json, lead 1", { a: 1 }],
        ["leads.json, lead 2", { a: 2 }],
      ],
    ],
    ["an empty list", "[]", []],
    [
      "one on each line, some of them empty",
      '{"a":1}\n\n{"a":2}\n',
      [
        ["leads.json, line 1", { a: 1 }],
        ["leads.json, line 3", { a: 2 }],
      ],
    ],
    [
      "what Windows writes: a byte order mark, line ends of two characters",
      '\ufeff{"a":1}\r\n{"a":2}\r\n',
      [
        ["leads.json, line 1", { a: 1 }],
        ["leads.json, line 2", { a: 2 }],
      ],
    ],
  ])("are read from %s", ([, text, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(text), expected)
    }).pipe(Effect.scoped),
  )

  it.effect.each<[string, string, string]>([
    ["a lead that breaks off", '{"phone":"0171', "not valid JSON: it ends too early"],
    ["nothing", "", "not valid JSON: it is empty"],
    ["a comma too many", '[\n  {"a":1},\n]', "not valid JSON (line 3 column 1)"],
    ["a value too few", '{\n  "phone": \n}', "not valid JSON (line 3 column 1)"],
    ["a list that breaks off", '[{"phone":"0171"},', "not valid JSON: it ends too early"],
  ])("are refused with what is wrong and where, without a quotation: %s", ([, text, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(text), [`leads.json: ${expected}`])
    }).pipe(Effect.scoped),
  )

  it.effect("are refused each by itself where there are several", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read('[{}, 3, "0171"]'), [
        "leads.json, lead 2: not a JSON object",
        "leads.json, lead 3: not a JSON object",
      ])
      const [first = "", second, ...others] = yield* diagnostics('{"a":1}\n{"a":\n[]\n')
      assert.match(first, /^leads\.json, line 2: /)
      assert.strictEqual(second, "leads.json, line 3: not a JSON object")
      assert.deepStrictEqual(others, [])
    }).pipe(Effect.scoped),
  )

  it.effect.each(["latin1", "utf16le"] as const)(
    "are refused in another encoding than UTF-8, as at the webhook, rather than read as other letters: %s",
    (encoding) =>
      Effect.gen(function* () {
        const [diagnostic] = yield* diagnostics(Buffer.from('{"city":"Saarbrücken"}', encoding))
        assert.match(
          diagnostic ?? "",
          /^leads\.json: not (UTF-8, the encoding of JSON|valid JSON \(line 1 column 2\))$/,
        )
      }).pipe(Effect.scoped),
  )
})
