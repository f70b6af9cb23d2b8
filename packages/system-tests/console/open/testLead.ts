/** Test leads, and what customers and processes are shown with. */
import { assert } from "@effect/vitest"
import { accessibilityFaults } from "../support/accessibility.ts"
import { accepted, type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"

export const testLeadTests = (it: ConsoleTests): void => {
  it.effect("sends a test lead once a person has seen what will happen, and marks it everywhere", () =>
    visiting(async ({ customer, send, target, visit }) => {
      await send(accepted)
      const { open, page } = await visit({ width: 320 })
      await open("/console/customers")
      await page.getByRole("button", { name: "Send a test lead" }).click()
      const text = page.getByLabel("Payload")
      await text.waitFor()
      const proposed = await text.inputValue()
      assert.include(proposed, "test.lead@example.com")

      await text.fill("{")
      await page.getByText("Not JSON yet").waitFor()
      assert.isTrue(await page.getByRole("button", { name: "What will happen?" }).isDisabled())
      await text.fill('{"zipcode":"10115","house":{"is_owner":true}}')
      await page.getByRole("button", { name: "What will happen?" }).click()
      await page.getByText("Today's rules reject it (ZIP_NOT_66XXX)").waitFor()
      await page.getByRole("button", { name: "Back" }).click()

      await text.fill(proposed.replace('"first_name"', '"number": 12345678901234567890, "first_name"'))
      await page.getByRole("button", { name: "What will happen?" }).click()
      await page.getByRole("heading", { name: "The customer's API gets this lead" }).waitFor()
      const before = customer.requests().length
      await page.getByRole("button", { name: "Send the test lead" }).click()
      const link = page.getByRole("link", { name: "See what becomes of it" })
      await link.waitFor()
      await page.locator(".trial").getByText("Delivered", { exact: true }).waitFor()
      assert.strictEqual(customer.requests().length, before + 1)
      assert.match(String(customer.requests().at(-1)?.headers["x-correlation-id"]), /^test-/)

      await link.click()
      await page.getByText("It is a test: an operator sent it").waitFor()
      const id = page.url().split("/").at(-1)
      const history = await (await fetch(`${target.url}/stats/leads/${id}/history`)).text()
      assert.include(history, '"number":12345678901234567890')
      await open("/console/leads?test=true")
      const row = page
        .getByRole("row")
        .filter({ has: page.getByRole("link", { name: String(id), exact: true }) })
      await row.getByText("Test", { exact: true }).waitFor()
      await page.getByText("Without tests").click()
      await page.waitForURL(/test=false/)
      await page.locator('main[aria-busy="false"]').waitFor()
      await page.getByRole("link", { name: String(id), exact: true }).waitFor({ state: "detached" })
    }),
  )

  it.effect("says that a test lead waits while deliveries are paused", () =>
    visiting(async ({ customer, visit }) => {
      const { open, page } = await visit({ bypassCSP: true })
      await open("/console/customers")
      await page.getByRole("button", { name: "Pause deliveries" }).click()
      await page.getByText("Paused by anonymous").waitFor()
      await page.getByRole("button", { name: "Send a test lead" }).click()
      await page.getByLabel("Payload").waitFor()
      assert.deepStrictEqual(await accessibilityFaults(page), [])
      await page.getByRole("button", { name: "What will happen?" }).click()
      await page.getByText("deliveries to default are paused").waitFor()
      assert.deepStrictEqual(await accessibilityFaults(page), [])
      const before = customer.requests().length
      await page.getByRole("button", { name: "Send the test lead" }).click()
      await page.locator(".trial").getByText("Ready", { exact: true }).waitFor()
      assert.strictEqual(customer.requests().length, before)
      await page.getByRole("button", { name: "Resume deliveries" }).click()
      await page.locator(".trial").getByText("Delivered", { exact: true }).waitFor()
      await page.getByRole("button", { name: "Done" }).click()
      assert.strictEqual(
        await page.evaluate("document.activeElement.textContent"),
        "Send a test lead",
        "the focus goes back to where it came from",
      )
    }),
  )

  it.effect("shows the state, shares and throughput of customers as the api has them", () =>
    visiting(async ({ target, visit }) => {
      const { open, page, requests } = await visit()
      await open("/console/customers")
      assert.isAtMost(requests.length, 4)
      const { data } = (await (await fetch(`${target.url}/api/v1/customers`)).json()) as {
        readonly data: ReadonlyArray<{ readonly waiting: number; readonly recent_attempts: number }>
      }
      const [facts] = data
      const card = page.locator("#default")
      await card.getByText(`of ${facts?.recent_attempts}`).waitFor()
      await card.getByText("Takes leads").waitFor()
      const timeline = await fetch(`${target.url}/api/v1/timeline?bucket=hour`)
      const { points } = (await timeline.json()) as {
        readonly points: ReadonlyArray<{ readonly delivered: number }>
      }
      const delivered = points.reduce((sum, point) => sum + point.delivered, 0)
      await card.getByText(`In the last hour: ${delivered} delivered`).waitFor()
    }),
  )

  it.effect("names the processes with their versions, and each number with what it means", () =>
    visiting(async ({ visit }) => {
      const { open, page, requests } = await visit()
      await open("/console/health")
      assert.isAtMost(requests.length, 4)
      const table = page.getByRole("region", { name: "Processes" })
      await table.getByText("API", { exact: false }).first().waitFor()
      const text = await page.locator("main").innerText()
      for (const part of [
        "Leads are taken and worked on.",
        "Taken in",
        "From received to delivered",
        "(this one)",
      ]) {
        assert.include(text, part)
      }
      assert.match(await table.innerText(), /0\.0\.0/)
    }),
  )
}
