/**
 * Loaded before a program (`node --import skewClock.ts?ms=300000`), it shifts that program's clock: `Date` and
 * `performance.timeOrigin`. What measures how long something takes goes on as it does.
 */
const offsetMs = Number(new URL(import.meta.url).searchParams.get("ms"))
const RealDate = Date

class SkewedDate extends RealDate {
  constructor(...given: ReadonlyArray<unknown>) {
    if (given.length === 0) super(RealDate.now() + offsetMs)
    else super(...(given as [string]))
  }
  static override now(): number {
    return RealDate.now() + offsetMs
  }
}

globalThis.Date = SkewedDate as DateConstructor
const timeOrigin = performance.timeOrigin + offsetMs
Object.defineProperty(performance, "timeOrigin", { configurable: true, get: () => timeOrigin })
