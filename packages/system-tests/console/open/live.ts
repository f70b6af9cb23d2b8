/** What happens is seen within a second, on every page that shows it. */
import { assert } from "@effect/vitest"
import { type ConsoleTests, type ConsoleWorld, visiting } from "../support/ConsoleWorld.ts"
import { accepted, rejected } from "../support/payloads.ts"
import { shell } from "../support/shell.ts"
import { watch } from "../support/watch.ts"

type World = ConsoleWorld["Service"]

/** From an event, by its time in the database, until the page shows it. */
const within = 1000

/** A machine that others use too may stall. What is too slow is so each time. */
const attempts = 4

const seenInTime = async (measure: () => Promise<number>): Promise<void> => {
  const measured: Array<number> = []
  while (measured.length < attempts && !measured.some((ms) => ms <= within)) measured.push(await measure())
  assert.isAtMost(Math.min(...measured), within, `ms: ${measured.join(", ")}`)
}

const live = 'document.querySelector("[role=status]")?.textContent === "Live"'

const timeOf = async ({ until }: World, id: number, status: string): Promise<number> =>
  new Date((await until(status, id)).events.at(-1)?.at ?? Number.NaN).getTime()

export const liveTests = (it: ConsoleTests): void => {
  it.effect("teaches the first lead, by a command that works, and shows it", () =>
    visiting(async ({ until, visit }) => {
      const { open, page } = await visit()
      await open("/console")
      await page.getByText("No lead yet").waitFor()
      await watch(page, live)
      const command = await page.locator(".copyable pre").innerText()
      assert.include(command, "/webhooks/leads")
      await page.getByRole("button", { name: "Copy the command" }).click()
      await page.getByText("Copied.").waitFor()
      assert.strictEqual(await page.evaluate("navigator.clipboard.readText()"), command)
      await shell(command)
      await page.getByText("1 received").waitFor()
      await until("DELIVERED", 1)
      await page.getByRole("link", { name: /^Received/ }).click()
      await page.getByRole("link", { name: "1", exact: true }).waitFor()
    }),
  )

  it.effect("shows new leads in the list, and what becomes of them, within a second", () =>
    visiting(async (world) => {
      const { open, page } = await world.visit()
      await open("/console/leads")
      await watch(page, live)
      await seenInTime(async () => {
        const id = await world.send(accepted)
        const row = `document.querySelector('a[href="/console/leads/${id}"]')?.closest("tr")`
        const [listed, delivered] = await Promise.all([
          watch(page, row),
          watch(page, `${row}?.textContent.includes("Delivered")`),
        ])
        const at = await timeOf(world, id, "DELIVERED")
        const { received_at } = await world.until("DELIVERED", id)
        return Math.max(listed - new Date(received_at).getTime(), delivered - at)
      })
    }),
  )

  it.effect("shows on a lead's page what happens to it within a second", () =>
    visiting(async (world) => {
      const [id = 0] = await world.sendUntil("REJECTED", rejected)
      const { open, page } = await world.visit()
      await open(`/console/leads/${id}`)
      await watch(page, live)
      let replays = 0
      await seenInTime(async () => {
        const replayed = ++replays
        const seen = watch(
          page,
          `[...document.querySelectorAll(".story li")].filter((item) => item.textContent.includes("It was rejected")).length > ${replayed}`,
        )
        await world.ask("/replays", {
          method: "POST",
          body: { request_id: `live-${id}-${replayed}`, ids: [id] },
        })
        const at = await seen
        return at - (await timeOf(world, id, "REJECTED"))
      })
    }),
  )

  it.effect("counts new leads in the overview within a second", () =>
    visiting(async (world) => {
      const { open, page } = await world.visit()
      await world.sendUntil("REJECTED", rejected)
      await open("/console")
      await watch(page, live)
      await watch(page, `/ received =/.test(document.body.innerText)`)
      const shown = async () =>
        Number(/([\d,]+) received =/.exec(await page.locator("main").innerText())?.[1]?.replaceAll(",", ""))
      await seenInTime(async () => {
        const seen = watch(page, `document.body.innerText.includes("${(await shown()) + 1} received =")`)
        const id = await world.send(rejected)
        return (await seen) - new Date((await world.until("REJECTED", id)).received_at).getTime()
      })
    }),
  )
}
