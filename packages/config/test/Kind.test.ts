import { assert, describe, it } from "@effect/vitest"
import { Duration, Option, Redacted, Result, Schema } from "effect"
import { Kind } from "@lead-gateway/config"

/** Checks a kind against texts it reads, each with its value, and texts it refuses. */
const table = <A>(
  name: string,
  kind: Kind.Kind<A>,
  good: ReadonlyArray<readonly [text: string, value: A]>,
  bad: ReadonlyArray<string>,
) =>
  describe(`the kind ${name}`, () => {
    it("reads what it allows", () => {
      for (const [text, value] of good) assert.deepStrictEqual(kind.read(text), Result.succeed(value), text)
    })
    it("refuses everything else and says what to use", () => {
      for (const text of bad) assert.deepStrictEqual(kind.read(text), Result.fail(kind.allowed), text)
    })
  })

table(
  "text",
  Kind.text,
  [
    ["solar", "solar"],
    [" a b ", "a b"],
    ["ü", "ü"],
  ],
  ["x".repeat(201)],
)

table(
  "path",
  Kind.path,
  [
    ["config/a.json", "config/a.json"],
    ["/etc/x", "/etc/x"],
  ],
  ["a\0b"],
)

table(
  "host",
  Kind.host,
  ["0.0.0.0", "::1", "::", "localhost", "db.internal", "db_1", "a"].map((host) => [host, host] as const),
  ["http://localhost", "a b", "localhost:80", "-a", "a/b", "a".repeat(300)],
)

table(
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

table(
  "port",
  Kind.port,
  [
    ["1", 1],
    ["65535", 65_535],
  ],
  ["0", "65536", "-1", "http", "80.0"],
)
table(
  "listenPort",
  Kind.listenPort,
  [
    ["0", 0],
    ["8080", 8080],
  ],
  ["65536", "-1"],
)

table(
  "boolean",
  Kind.boolean,
  [
    ...["true", "1", "yes", "on", "TRUE", "Yes", " on "].map((text) => [text, true] as const),
    ...["false", "0", "no", "off", "False", "OFF"].map((text) => [text, false] as const),
  ],
  ["2", "y", "n", "ja", "tru", "truee", "null", "-"],
)

table(
  "literals",
  Kind.literals<string>(["debug", "info"]),
  [
    ["debug", "debug"],
    ["INFO", "info"],
  ],
  ["warn", "inf", "debug,info"],
)

table(
  "duration",
  Kind.duration({ minimum: Duration.millis(10), maximum: Duration.hours(2) }),
  [
    ["500ms", Duration.millis(500)],
    ["5s", Duration.seconds(5)],
    ["10m", Duration.minutes(10)],
    ["1h", Duration.hours(1)],
    ["120m", Duration.hours(2)],
    ["10ms", Duration.millis(10)],
  ],
  [
    "5",
    "5 s",
    "1.5s",
    "-5s",
    "5S",
    "9ms",
    "3h",
    "1d",
    "s",
    "1h30m",
    "5 seconds",
    "Infinity",
    "9999999999999s",
  ],
)

const period = (months: number, days: number, hours: number) => Option.some({ months, days, hours })

table(
  "periodOrOff",
  Kind.periodOrOff,
  [
    ["off", Option.none()],
    ["OFF", Option.none()],
    ["1h", period(0, 0, 1)],
    ["72h", period(0, 0, 72)],
    ["30d", period(0, 30, 0)],
    ["6w", period(0, 42, 0)],
    ["18mo", period(18, 0, 0)],
    [" 2y ", period(24, 0, 0)],
    ["100y", period(1200, 0, 0)],
    ["876000h", period(0, 0, 876_000)],
  ],
  [
    "0d",
    "101y",
    "1201mo",
    "36501d",
    "876001h",
    "5m",
    "30s",
    "1.5y",
    "-1d",
    "18",
    "18 mo",
    "1y6mo",
    "18MO",
    "on",
    "999999999999y",
  ],
)

table(
  "bytes",
  Kind.bytes({ minimum: 1, maximum: 64 * 1024 ** 2 }),
  [
    ["1048576", 1_048_576],
    ["1MiB", 1_048_576],
    ["512 KiB", 524_288],
    ["64mib", 67_108_864],
    ["1", 1],
  ],
  ["0", "-1", "1MB", "1M", "1.5MiB", "65MiB", "1GiB", "lots"],
)

table(
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

describe("durations and sizes", () => {
  const durations = Kind.duration({ minimum: Duration.zero, maximum: Duration.hours(1000) })
  const sizes = Kind.bytes({ minimum: 0, maximum: 2 ** 40 })

  it.prop(
    "print as they are read",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000_000 }))],
    ([n]) => {
      assert.deepStrictEqual(
        durations.read(durations.show(Duration.millis(n))),
        Result.succeed(Duration.millis(n)),
      )
      assert.deepStrictEqual(sizes.read(sizes.show(n)), Result.succeed(n))
    },
  )

  it.prop(
    "print periods as they are read",
    [
      Schema.Struct({
        unit: Schema.Literals(["h", "d", "w", "mo", "y"]),
        count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
      }),
    ],
    ([{ count, unit }]) => {
      const value = Result.getOrThrow(Kind.periodOrOff.read(`${count}${unit}`))
      assert.deepStrictEqual(Kind.periodOrOff.read(Kind.periodOrOff.show(value)), Result.succeed(value))
    },
  )

  it("print in the largest unit that fits", () => {
    assert.deepStrictEqual(
      ["12mo", "18mo", "14d", "30d", "24h", "off"].map((text) =>
        Kind.periodOrOff.show(Result.getOrThrow(Kind.periodOrOff.read(text))),
      ),
      ["1y", "18mo", "2w", "30d", "24h", "off"],
    )
    assert.deepStrictEqual(
      [90_000, 120_000, 7_200_000, 1500, 0].map((n) => durations.show(Duration.millis(n))),
      ["90s", "2m", "2h", "1500ms", "0s"],
    )
    assert.deepStrictEqual([1_048_576, 1536, 1000].map(sizes.show), ["1MiB", "1536", "1000"])
  })
})

describe("secrets", () => {
  const values = (kind: typeof Kind.tokens, text: string) =>
    Result.map(kind.read(text), (all) => all.map(Redacted.value))

  it("are taken as they are, blanks included, when they are passwords", () => {
    assert.strictEqual(Redacted.value(Result.getOrThrow(Kind.secret.read(" p ä\n"))), " p ä\n")
  })

  it("lose white space around them when they are sent in a header", () => {
    assert.strictEqual(Redacted.value(Result.getOrThrow(Kind.token.read(" a b "))), "a b")
    for (const bad of ["ä", "a\nb", "a\0"])
      assert.deepStrictEqual(Kind.token.read(bad), Result.fail(Kind.token.allowed))
  })

  it("may be several, separated by commas", () => {
    assert.deepStrictEqual(values(Kind.tokens, "new, old,"), Result.succeed(["new", "old"]))
    for (const bad of [",", " , ", "a,ü"]) {
      assert.deepStrictEqual(values(Kind.tokens, bad), Result.fail(Kind.tokens.allowed))
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
