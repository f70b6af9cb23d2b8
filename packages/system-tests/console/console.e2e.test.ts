import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { accessibilityFaults } from "./support/Console.ts"
import { accepted, ConsoleWorld, hostile, parked, rejected } from "./support/ConsoleWorld.ts"

const pages = [
  "/console",
  "/console/leads",
  "/console/leads/1",
  "/console/failures",
  "/console/customers",
  "/console/rules",
  "/console/unmapped",
  "/console/health",
  "/console/access",
  "/console/nowhere",
]

/** A test of one visitor, who does nothing that a page must not do. */
const visiting = (test: (world: ConsoleWorld["Service"]) => Promise<void>) =>
  Effect.flatMap(ConsoleWorld, (world) => Effect.promise(() => test(world)))

layer(ConsoleWorld.layer(), { excludeTestServices: true, timeout: "120 seconds" })("the console", (it) => {
  it.effect("teaches the first lead, and shows it within a second of its arrival", () =>
    visiting(async ({ send, visit }) => {
      const { faults, open, page } = await visit()
      await open("/console")
      await page.getByText("No lead yet").waitFor()
      assert.include(await page.locator(".copyable pre").innerText(), "/webhooks/leads")
      await page.getByText("Live", { exact: true }).waitFor()
      const id = await send(accepted)
      await page.getByText("1 received").waitFor({ timeout: 5000 })
      await page.getByRole("link", { name: /^Received/ }).click()
      await page.getByRole("link", { name: String(id), exact: true }).waitFor()
      assert.deepStrictEqual(faults, [])
    }),
  )

  it.effect("shows every page without a fault of accessibility, in both themes, at three widths", () =>
    visiting(async ({ send, visit }) => {
      for (const payload of [hostile, rejected, parked]) await send(payload)
      for (const scheme of ["light", "dark"] as const) {
        for (const width of [320, 768, 1440]) {
          const { open, page } = await visit({ scheme, width, bypassCSP: true })
          for (const path of pages) {
            await open(path)
            assert.deepStrictEqual(await accessibilityFaults(page), [], `${path} ${scheme} ${width}`)
          }
          await page.context().close()
        }
      }
    }),
  )

  it.effect("asks nobody else, breaks no rule of its policy, and asks at most four questions a page", () =>
    visiting(async ({ visit }) => {
      const { faults, open, requests } = await visit()
      for (const path of pages) {
        await open(path)
        assert.isAtMost(requests.length, 4, `${path}: ${requests.join(" ")}`)
      }
      assert.deepStrictEqual(faults, [])
    }),
  )

  it.effect("shows markup and scripts of a lead as text, and every digit of a number", () =>
    visiting(async ({ send, visit }) => {
      const id = await send(hostile)
      const { faults, open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      const came = page.locator(".payload").first()
      await came.getByText("12345678901234567890").waitFor()
      const text = await came.innerText()
      for (const part of [
        "<script>alert(1)</script>",
        "onerror=alert(1)",
        "</pre><style>*{display:none}</style>",
      ]) {
        assert.include(text, part)
      }
      assert.strictEqual(await page.locator("main script, main img, main style").count(), 0)
      assert.deepStrictEqual(faults, [])
    }),
  )

  it.effect("masks values until they are asked for, and notes who asked", () =>
    visiting(async ({ send, visit }) => {
      const id = await send({ ...accepted, email: "secret.person@example.com" })
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      assert.notInclude(await page.locator("main").innerText(), "secret.person")
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByText("secret.person@example.com").first().waitFor()
      await open("/console/access")
      await page.getByText("lead.view").first().waitFor()
    }),
  )

  it.effect("replays a lead after it has said what would happen", () =>
    visiting(async ({ customer, send, visit }) => {
      const id = await send(rejected)
      const { faults, open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByText("Rejected", { exact: true }).waitFor()
      await page.getByRole("button", { name: "Replay" }).click()
      await page.getByText("would be decided again by today's rules").waitFor()
      const before = customer.requests.length
      await page.getByRole("button", { name: "Replay 1 lead" }).click()
      await page.getByText("1 lead sent back to be decided again.").waitFor()
      await page.getByRole("button", { name: "Done" }).click()
      await page.getByText("Somebody sent it back to the start").waitFor()
      assert.strictEqual(customer.requests.length, before)
      assert.deepStrictEqual(faults, [])
    }),
  )
})
