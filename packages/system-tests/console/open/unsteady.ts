/** A page stays right and usable while the api is slow, away, or busier than the page can follow. */
import { assert } from "@effect/vitest"
import { setTimeout } from "node:timers/promises"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { accepted, rejected } from "../support/payloads.ts"

const away = { status: 503, json: { error: "database unavailable", correlation_id: "away" } }

/** The reader's clock is two hours ahead. */
const ahead = `globalThis.Date = class extends Date {
  constructor(...parts) { parts.length > 0 ? super(...parts) : super(Date.now()) }
  static now() { return super.now() + 7200000 }
}`

export const unsteadyTests = (it: ConsoleTests): void => {
  it.effect(
    "says how many leads a replay is of, also where they were chosen faster than it is answered",
    () =>
      visiting(async ({ sendUntil, visit }) => {
        await sendUntil("REJECTED", rejected, rejected, rejected)
        const { open, page } = await visit()
        await page.route("**/api/v1/replays", async (route) => {
          await setTimeout(300)
          await route.continue().catch(() => {})
        })
        await open("/console/leads?status=REJECTED")
        for (const index of [0, 1, 2])
          await page
            .getByLabel(/^Select lead/)
            .nth(index)
            .check()
        const replay = page.getByLabel("Replay", { exact: true })
        await replay.getByRole("button", { name: /^Replay \d/ }).waitFor()
        assert.include(await replay.innerText(), "3 leads would be decided again")
      }),
  )

  it.effect("shows leads also while they change faster than the api answers", () =>
    visiting(async ({ send, visit }) => {
      const { open, page } = await visit()
      await open("/console/leads")
      await page.route("**/api/v1/leads?*", async (route) => {
        await setTimeout(1000)
        await route.continue().catch(() => {})
      })
      const id = await send(accepted)
      const flood = setInterval(() => void send(rejected), 200)
      const seen = page.getByRole("link", { name: String(id), exact: true }).waitFor()
      await seen.finally(() => clearInterval(flood))
    }),
  )

  it.effect("recovers by itself when the api answers again, and says that it will", () =>
    visiting(async ({ sendUntil, target, visit }) => {
      const [id = 0] = await sendUntil("DELIVERED", accepted)
      const { page } = await visit({ refusals: [503] })
      await page.route("**/api/v1/**", (route) => route.fulfill(away))
      await page.goto(`${target.url}/console/leads`)
      await page.getByText("This page tries again by itself.").waitFor()
      await page.getByRole("banner").getByText("Not live").waitFor()
      await page.unroute("**/api/v1/**")
      await page.getByRole("link", { name: String(id), exact: true }).waitFor()
      // No lead changes: the stream says that it has begun.
      await page.getByRole("banner").getByText("Live", { exact: true }).waitFor()
      assert.strictEqual(await page.getByRole("alert").count(), 0)
    }),
  )

  it.effect("goes by the gateway's clock where the reader's is wrong", () =>
    visiting(async ({ sendUntil, visit }) => {
      await sendUntil("DELIVERED", accepted)
      // The first question goes by the reader's clock, and begins in the future.
      const { open, page } = await visit({ refusals: [400] })
      await page.addInitScript({ content: ahead })
      await open("/console/customers")
      await page.getByText("over the last five full minutes").waitFor()
      assert.strictEqual(await page.getByRole("alert").count(), 0)
    }),
  )
}
