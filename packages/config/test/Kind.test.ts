import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { Kind } from "@lead-gateway/config"
import { kindTable } from "./kindTable.ts"

kindTable(
  "text",
  Kind.text,
  [
    ["solar", "solar"],
    [" a b ", "a b"],
    ["ü", "ü"],
  ],
  ["x".repeat(201)],
)

kindTable(
  "path",
  Kind.path,
  [
    ["config/a.json", "config/a.json"],
    ["/etc/x", "/etc/x"],
  ],
  ["a\0b"],
)

kindTable(
  "host",
  Kind.host,
  ["0.0.0.0", "::1", "::", "localhost", "db.internal", "db_1", "a"].map((host) => [host, host] as const),
  ["http://localhost", "a b", "localhost:80", "-a", "a/b", "a".repeat(300)],
)

kindTable(
  "integer",
  Kind.integer({ minimum: -1, maximum: 20 }),
  [
    ["0", 0],
    ["20", 20],
    ["-1", -1],
    ["+5", 5],
    ["007", 7],
    [" 3 ", 3],
  ],
  ["21", "-2", "1.0", "1e1", "0x1", "five", "1_0", "१", "NaN", "Infinity", "99999999999999999999", "1 2"],
)

kindTable(
  "port",
  Kind.port,
  [
    ["1", 1],
    ["65535", 65_535],
  ],
  ["0", "65536", "-1", "http", "80.0"],
)
kindTable(
  "listenPort",
  Kind.listenPort,
  [
    ["0", 0],
    ["8080", 8080],
  ],
  ["65536", "-1"],
)

kindTable(
  "boolean",
  Kind.boolean,
  [
    ...["true", "1", "yes", "on", "TRUE", "Yes", " on "].map((text) => [text, true] as const),
    ...["false", "0", "no", "off", "False", "OFF"].map((text) => [text, false] as const),
  ],
  ["2", "y", "n", "ja", "tru", "truee", "null", "-"],
)

kindTable(
  "literals",
  Kind.literals<string>(["debug", "info"]),
  [
    ["debug", "debug"],
    ["INFO", "info"],
  ],
  ["warn", "inf", "debug,info"],
)

kindTable(
  "httpUrl",
  Kind.httpUrl,
  ["https://customer.example/leads?key=1", "http://127.0.0.1:9000", "http://[::1]/"].map(
    (url) => [url, new URL(url)] as const,
  ),
  [
    "ftp://x",
    "customer.example",
    "//x",
    "postgres://x",
    "https://",
    "https://me:pw@x/",
    "https://me@x/",
    "javascript:1",
  ],
)

describe("secrets", () => {
  const values = (kind: typeof Kind.tokens, text: string) =>
    Result.map(kind.read(text), (all) => all.map(Redacted.value))

  it("are taken as they are, blanks included, when they are passwords", () => {
    assert.strictEqual(Redacted.value(Result.getOrThrow(Kind.secret.read(" p ä\n"))), " p ä\n")
  })

  it("lose white space around them when they are sent in a header", () => {
    assert.strictEqual(Redacted.value(Result.getOrThrow(Kind.token.read(" a b "))), "a b")
    for (const bad of ["ä", "a\nb", "a\0"])
      assert.deepStrictEqual(Kind.token.read(bad), Result.fail(Kind.token.expected))
  })

  it("may be several, separated by commas", () => {
    assert.deepStrictEqual(values(Kind.tokens, "new, old,"), Result.succeed(["new", "old"]))
    for (const bad of [",", " , ", "a,ü"]) {
      assert.deepStrictEqual(values(Kind.tokens, bad), Result.fail(Kind.tokens.expected))
    }
  })

  it("never print", () => {
    assert.strictEqual(Kind.token.show(Redacted.make("hunter2")), "(set)")
    assert.notInclude(JSON.stringify(Result.getOrThrow(Kind.tokens.read("hunter2"))), "hunter2")
  })
})

describe("a URL", () => {
  it("prints without its query", () => {
    assert.strictEqual(
      Kind.httpUrl.show(new URL("https://x.example/leads?key=hunter2")),
      "https://x.example/leads?…",
    )
  })

  it("is quoted without credentials, however it is written", () => {
    for (const text of [
      "ftp://me:hunter2@x/",
      "me:hunter2@x",
      "https://me:h@hunter2@x/?a",
      "https://x:99999/?k=hunter2",
    ]) {
      assert.notInclude(Kind.httpUrl.quote(text), "hunter2")
    }
  })
})
