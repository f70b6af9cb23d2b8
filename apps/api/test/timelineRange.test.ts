import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type TimelineRequest, timelineRange } from "../src/timelineRange.ts"

const now = Date.parse("2026-01-21T10:35:20.500Z")

const range = (request: { readonly from?: string; readonly to?: string; readonly bucket?: string }) =>
  Result.match(
    timelineRange(
      {
        ...(request.from !== undefined && { from: new Date(request.from) }),
        ...(request.to !== undefined && { to: new Date(request.to) }),
        ...(request.bucket !== undefined && { bucket: request.bucket as "minute" }),
      } satisfies TimelineRequest,
      now,
    ),
    {
      onFailure: (error) => error,
      onSuccess: ({ bucket, fromMs, toMs }) =>
        `${bucket} ${new Date(fromMs).toISOString().slice(0, 16)} ${new Date(toMs).toISOString().slice(0, 16)}`,
    },
  )

describe("the part of the timeline that is asked for", () => {
  const cases: ReadonlyArray<readonly [Parameters<typeof range>[0], string]> = [
    [{}, "minute 2026-01-20T10:35 2026-01-21T10:36"],
    [{ bucket: "hour" }, "hour 2026-01-20T10:00 2026-01-21T11:00"],
    [{ to: "2026-01-10T00:00:00Z" }, "minute 2026-01-09T00:00 2026-01-10T00:00"],
    [{ from: "2026-01-14T10:35:20.500Z" }, "hour 2026-01-14T10:00 2026-01-21T11:00"],
    [{ from: "2025-01-14T23:59:59.999Z" }, "day 2025-01-14T00:00 2026-01-22T00:00"],
    [{ from: "2026-01-21T12:00:00+02:00" }, "minute 2026-01-21T10:00 2026-01-21T10:36"],
    // Of the future.
    [
      { from: "2026-01-22T00:00:00Z", to: "2026-01-22T00:02:00Z" },
      "minute 2026-01-22T00:00 2026-01-22T00:02",
    ],
    // One moment is in one bucket.
    [
      { from: "2026-01-21T10:00:00Z", to: "2026-01-21T10:00:00.001Z" },
      "minute 2026-01-21T10:00 2026-01-21T10:01",
    ],
    [
      { from: "1969-12-31T23:30:00Z", to: "1970-01-01T00:30:00Z", bucket: "hour" },
      "hour 1969-12-31T23:00 1970-01-01T01:00",
    ],
    [
      { from: "0001-01-01T00:00:00Z", to: "0001-01-01T00:00:01Z" },
      "minute 0001-01-01T00:00 0001-01-01T00:01",
    ],
    [{ from: "2020-08-01T00:00:00Z", bucket: "day" }, "day 2020-08-01T00:00 2026-01-22T00:00"],
  ]
  for (const [request, expected] of cases) {
    it(`of ${JSON.stringify(request)} is ${expected}`, () => assert.strictEqual(range(request), expected))
  }

  const tooWide =
    "from and to must be 2000 buckets apart at most: 33 hours with bucket=minute, 83 days with bucket=hour, 2000 days with bucket=day"
  const wrong: ReadonlyArray<readonly [Parameters<typeof range>[0], string]> = [
    [{ from: "2026-01-21T10:35:20.500Z" }, "from must be before now"],
    [{ from: "2026-01-21T00:00:00Z", to: "2026-01-21T00:00:00Z" }, "from must be before to"],
    [{ from: "2026-01-20T00:00:00Z", to: "2026-01-21T09:20:30Z", bucket: "minute" }, tooWide],
    [{ from: "2025-10-01T00:00:00Z", bucket: "hour" }, tooWide],
    [{ from: "0001-01-01T00:00:00Z" }, tooWide],
    [
      { from: "9999-12-31T23:00:00Z", to: "9999-12-31T23:59:59Z" },
      "to must not be after 9999-12-31T00:00:00Z",
    ],
  ]
  for (const [request, error] of wrong) {
    it(`is refused of ${JSON.stringify(request)}: ${error}`, () => assert.strictEqual(range(request), error))
  }

  it("has 2000 buckets at most, and that many", () => {
    const to = new Date("2026-01-21T10:00:00Z")
    const of = (buckets: number) =>
      timelineRange({ from: new Date(to.getTime() - buckets * 60_000), to, bucket: "minute" }, now)
    assert.isTrue(Result.isSuccess(of(2000)))
    assert.isTrue(Result.isFailure(of(2001)))
  })
})
