/** The overview says what the API says. */
import { assert } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { accepted, parked, rejected } from "../support/payloads.ts"

type Counts = Readonly<Record<string, number>>

interface Reason {
  readonly reason: string
  readonly leads: number
}

const count = new Intl.NumberFormat("en-GB")

export const overviewTests = (it: ConsoleTests): void => {
  it.effect("shows the numbers of the API: funnel, ledger, reasons, customers", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      await sendUntil("DELIVERED", accepted, accepted)
      await sendUntil("REJECTED", rejected, { ...rejected, zipcode: "66123", house: { is_owner: false } })
      await sendUntil("FAILED", parked)
      const { open, page } = await visit()
      await open("/console")
      const ledger = await ask<Counts>("/ledger")
      const from = new Date(Date.now() - 86_400_000).toISOString()
      const { points } = await ask<{ readonly points: ReadonlyArray<Counts> }>(
        `/timeline?from=${from}&bucket=hour`,
      )
      const { data: reasons } = await ask<{ readonly data: ReadonlyArray<Reason> }>("/reasons")
      const sumOf = (name: string) => count.format(points.reduce((sum, point) => sum + (point[name] ?? 0), 0))

      const funnel = page.getByRole("region", { name: "What happened in the last 24 hours" })
      for (const [name, counted] of [
        ["Received", sumOf("received")],
        ["Delivered", sumOf("delivered")],
        ["Rejected", sumOf("rejected")],
        ["Failed attempts", sumOf("retried")],
        ["Given up", sumOf("permanently_failed")],
        ["Waiting now", count.format((ledger.in_flight ?? 0) + (ledger.retrying ?? 0))],
      ] as const) {
        const tile = funnel.getByRole("link", { name: new RegExp(`^${name}`) })
        assert.strictEqual(await tile.locator("strong").innerText(), counted, name)
      }
      const books = await page.locator(".books").innerText()
      assert.include(books, `${count.format(ledger.received ?? 0)} received =`)
      for (const [name, word] of [
        ["delivered", "delivered"],
        ["rejected", "rejected"],
        ["parked", "parked"],
      ] as const) {
        assert.include(books, `${count.format(ledger[name] ?? 0)} ${word}`)
      }
      assert.include(books, "nothing missing.")
      const why = page.getByRole("region", { name: "Why leads are not delivered" })
      for (const { leads, reason } of reasons.slice(0, 5)) {
        const row = why.getByRole("listitem").filter({ hasText: reason }).first()
        assert.include(await row.innerText(), count.format(leads), reason)
      }
      await page.getByRole("region", { name: "Customers" }).getByRole("link", { name: "default" }).waitFor()
    }),
  )

  it.effect("says first what needs a person, the gravest before the others", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      await sendUntil("FAILED", parked)
      await ask("/customers/default/pause", { method: "POST" })
      try {
        const { open, page } = await visit()
        await open("/console")
        const matters = page.getByRole("region", { name: "Needs a person" })
        const texts = await matters.getByRole("listitem").allInnerTexts()
        assert.match(texts[0] ?? "", /paused default/)
        assert.match(texts[1] ?? "", /parked/)
        // Nothing but the heading and the choice of a time stands before it.
        const before = await page.evaluate(`(() => {
          const [matters, funnel] = ["Needs a person", "What happened in the last 24 hours"].map((name) =>
            document.querySelector('section[aria-label="' + name + '"]'))
          return Boolean(matters.compareDocumentPosition(funnel) & Node.DOCUMENT_POSITION_FOLLOWING)
        })()`)
        assert.isTrue(before)
        await matters.getByRole("link", { name: "Mend and replay" }).click()
        await page.getByRole("heading", { name: "Failures" }).waitFor()
      } finally {
        await ask("/customers/default/resume", { method: "POST" })
      }
    }),
  )

  it.effect("names leads that were given up, and where they are", () =>
    visiting(async ({ customer, sendUntil, visit }) => {
      customer.respond(CustomerBehaviour.reply({ status: 422 }))
      const [id = 0] = await sendUntil("PERMANENTLY_FAILED", accepted)
      customer.respond(CustomerBehaviour.reply())
      const { open, page } = await visit()
      await open("/console")
      const matter = page
        .getByRole("region", { name: "Needs a person" })
        .getByRole("listitem")
        .filter({ hasText: "given up" })
      assert.match(await matter.innerText(), /CUSTOMER_REFUSED.*until somebody replays/)
      await matter.getByRole("link", { name: "Look at them" }).click()
      await page.getByRole("link", { name: String(id), exact: true }).click()
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.getByRole("button", { name: "Replay" }).click()
      await page.getByRole("button", { name: "Replay 1 lead" }).click()
      await page.getByText("Delivered", { exact: true }).waitFor()
    }),
  )

  it.effect("keeps the chosen time in its address", () =>
    visiting(async ({ target, visit }) => {
      const { open, page } = await visit()
      await open("/console")
      await page.getByText("7 days", { exact: true }).click()
      await page.getByRole("region", { name: "What happened in the last 7 days" }).waitFor()
      await page.getByText("30 days", { exact: true }).click()
      await page.getByRole("region", { name: "What happened in the last 30 days" }).waitFor()
      await page.reload()
      await page.getByRole("region", { name: "What happened in the last 30 days" }).waitFor()
      await page.goBack()
      await page.getByRole("region", { name: "What happened in the last 7 days" }).waitFor()
      await page.goBack()
      await page.getByRole("region", { name: "What happened in the last 24 hours" }).waitFor()
      assert.strictEqual(page.url(), `${target.url}/console`)
      await page.goForward()
      await page.getByRole("region", { name: "What happened in the last 7 days" }).waitFor()
    }),
  )
}
