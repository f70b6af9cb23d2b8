/** Makes pages show the same times in each run: what the api says is moved to a fixed day. */
import type { Page } from "playwright-core"

/** Buckets of the timeline stay whole minutes, hours and days. */
const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** When all pictures were taken, as they say. */
const shownNow = new Date("2026-03-12T10:24:00Z").getTime()

const moved = (text: string, ms: number): string =>
  text
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"/g, (time) =>
      JSON.stringify(new Date(new Date(JSON.parse(time) as string).getTime() + ms).toISOString()),
    )
    .replaceAll(/(\d{4}-\d\d-\d\d) at (\d\d:\d\d:\d\d) UTC/g, (_, date: string, time: string) => {
      const [movedDate, movedTime] = new Date(new Date(`${date}T${time}Z`).getTime() + ms)
        .toISOString()
        .split("T")
      return `${movedDate} at ${movedTime?.slice(0, 8)} UTC`
    })

const whole = (ms: number, unit: number): number => Math.round(ms / unit) * unit

/** The page goes by the clock of the gateway's answers, which is not moved. It is a text: the page's types are not those of this program. */
const withoutDates = `const { get } = Headers.prototype
Headers.prototype.get = function (name) { return name === "date" ? null : get.call(this, name) }`

/** Sets the page's clock, and moves the times of requests and answers. */
export const showSameTimes = async (page: Page): Promise<void> => {
  const by = shownNow - Date.now()
  await page.clock.setFixedTime(shownNow)
  await page.addInitScript({ content: withoutDates })
  await page.route(/\/api\/v1\/(?!events)|\/health\//, async (route) => {
    const url = new URL(route.request().url())
    const unit = units[url.searchParams.get("bucket") ?? ""] ?? 1
    const ms = whole(by, unit)
    const from = url.searchParams.get("from")
    if (from !== null) url.searchParams.set("from", new Date(new Date(from).getTime() - by).toISOString())
    const response = await route.fetch({ url: url.href })
    await route.fulfill({ response, body: moved(await response.text(), ms) })
  })
}
