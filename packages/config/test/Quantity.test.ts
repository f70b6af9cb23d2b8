import { assert, describe, it } from "@effect/vitest"
import { Duration, Option, Result, Schema } from "effect"
import { Quantity } from "@lead-gateway/config"
import { kindTable } from "./kindTable.ts"

kindTable(
  "duration",
  Quantity.duration({ minimum: Duration.millis(10), maximum: Duration.hours(2) }),
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

kindTable(
  "periodOrOff",
  Quantity.periodOrOff,
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

kindTable(
  "bytes",
  Quantity.bytes({ minimum: 1, maximum: 64 * 1024 ** 2 }),
  [
    ["1048576", 1_048_576],
    ["1MiB", 1_048_576],
    ["512 KiB", 524_288],
    ["64mib", 67_108_864],
    ["1", 1],
  ],
  ["0", "-1", "1MB", "1M", "1.5MiB", "65MiB", "1GiB", "lots"],
)

describe("durations and sizes", () => {
  const durations = Quantity.duration({ minimum: Duration.zero, maximum: Duration.hours(1000) })
  const sizes = Quantity.bytes({ minimum: 0, maximum: 2 ** 40 })

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
      const value = Result.getOrThrow(Quantity.periodOrOff.read(`${count}${unit}`))
      assert.deepStrictEqual(
        Quantity.periodOrOff.read(Quantity.periodOrOff.show(value)),
        Result.succeed(value),
      )
    },
  )

  it("print in the largest unit that fits", () => {
    assert.deepStrictEqual(
      ["12mo", "18mo", "14d", "30d", "24h", "off"].map((text) =>
        Quantity.periodOrOff.show(Result.getOrThrow(Quantity.periodOrOff.read(text))),
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
