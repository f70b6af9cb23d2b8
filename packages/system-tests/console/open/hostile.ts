/** Whatever senders, customers and operators write is shown as text. */
import { assert } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import type { Page } from "playwright-core"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { accepted, hostile, markup } from "../support/payloads.ts"
import { pages } from "../support/pages.ts"

/** Elements that only a text of somebody else's could have made. */
const foreign =
  "main script, main img, main iframe, main link, main style, main a[href^='javascript:'], main [style], main [onerror]"

const showsTexts = async (page: Page): Promise<void> =>
  assert.strictEqual(await page.locator(foreign).count(), 0)

export const hostileTests = (it: ConsoleTests): void => {
  it.effect("shows markup and scripts of a lead as text, and every digit of a number", () =>
    visiting(async ({ customer, send, until, visit }) => {
      const answer = `{"error":${JSON.stringify(markup.image)},"message":${JSON.stringify(markup.style)}}`
      customer.respond(CustomerBehaviour.reply({ status: 422, body: answer }))
      // Without a space: what a header may hold.
      const correlationId = markup.image.replaceAll(" ", "/")
      const id = await send(hostile, { "X-Correlation-ID": correlationId })
      await until("PERMANENTLY_FAILED", id)
      customer.respond(CustomerBehaviour.reply())
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByText("12345678901234567890").first().waitFor()
      for (const summary of ["Event by event", "The answer's body"])
        await page.getByText(summary).first().click()
      const text = await page.locator("main").innerText()
      for (const part of Object.values(markup)) assert.include(text, JSON.stringify(part).slice(1, -1))
      for (const part of [correlationId, JSON.stringify(markup.style).slice(1, -1)])
        assert.include(text, part)
      await page.getByRole("button", { name: "Try with today's rules" }).click()
      await page.getByText("Nothing was stored or sent").waitFor()
      await page.getByRole("button", { name: "As a curl command" }).click()
      await showsTexts(page)
      await open(`/console/leads?correlation_id=${encodeURIComponent(correlationId)}`)
      await page.getByText(correlationId).first().waitFor()
      await showsTexts(page)
    }),
  )

  it.effect("shows answers that the mapping does not know, and proposes them, as text", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      await sendUntil("DELIVERED", {
        ...accepted,
        solar_offer_type: markup.image,
        solar_roof_type: markup.script,
      })
      interface Answer {
        readonly value: string | null
      }
      const known = async () => (await ask<{ readonly data: ReadonlyArray<Answer> }>("/unmapped")).data
      const { open, page } = await visit()
      while (!(await known()).some(({ value }) => value === markup.script)) await page.waitForTimeout(50)
      await open("/console/unmapped")
      for (const value of [markup.image, markup.script]) {
        await page.getByLabel(`What ${value} means`).selectOption("new")
      }
      const proposal = page.getByRole("region", { name: "Proposal" })
      assert.include(await proposal.innerText(), markup.script)
      await showsTexts(page)
    }),
  )

  it.effect("shows addresses of its own that are full of markup as text, on every page", () =>
    visiting(async ({ visit }) => {
      const { open, page } = await visit({ refusals: [400] })
      const value = encodeURIComponent(markup.image)
      for (const path of Object.values(pages)) {
        await open(
          `${path}?${["status", "reason", "customer", "span", "part", "email"].map((name) => `${name}=${value}`).join("&")}#${value}`,
        )
        await showsTexts(page)
      }
    }),
  )
}
