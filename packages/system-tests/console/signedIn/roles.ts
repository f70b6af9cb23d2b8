/** What each role sees, and what the names of operators may hold. */
import { assert } from "@effect/vitest"
import { setTimeout } from "node:timers/promises"
import { adminToken, type ConsoleTests, type ConsoleWorld, visiting } from "../support/ConsoleWorld.ts"
import { accepted, markup, rejected } from "../support/payloads.ts"
import { signIn } from "../support/signIn.ts"

interface Created {
  readonly id: number
  readonly token: string
}

const makeToken = ({ ask }: ConsoleWorld["Service"], name: string, role: string): Promise<Created> =>
  ask<Created>("/tokens", { method: "POST", body: { name, role } })

export const roleTests = (it: ConsoleTests): void => {
  it.effect("as a viewer shows leads without values, and nothing that changes them", () =>
    visiting(async (world) => {
      const { ask, send, target, visit } = world
      const id = await send({ ...accepted, email: "secret.person@example.com" })
      const { id: tokenId, token } = await makeToken(world, "dashboard", "viewer")
      // The last question is that of a session that has ended.
      const { page } = await visit({ refusals: [401] })
      await page.goto(`${target.url}/console/leads/${id}`)
      await signIn(page, token)
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.getByText("What happened").waitFor()
      assert.notInclude(await page.locator("main").innerText(), "secret.person")
      for (const name of ["Replay", "Show values"]) {
        assert.strictEqual(await page.getByRole("button", { name }).count(), 0, name)
      }
      assert.strictEqual(await page.getByRole("link", { name: "Access" }).count(), 0)

      // Revoked: the next question ends the session.
      await ask(`/tokens/${tokenId}`, { method: "DELETE" })
      const status = async () =>
        (await fetch(`${target.url}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } })).status
      // Every api knows within seconds.
      while ((await status()) !== 401) await setTimeout(100)
      await page.getByRole("link", { name: "Leads", exact: true }).click()
      await page.getByText("Your session has ended").waitFor()
      assert.strictEqual(await page.evaluate("document.activeElement.name"), "token")
      // It goes on where it ended.
      await signIn(page, adminToken)
      await page.getByRole("heading", { name: "Leads", level: 1 }).waitFor()
    }),
  )

  it.effect("exports leads for admins alone", () =>
    visiting(async (world) => {
      const { token } = await makeToken(world, "operator of the day", "operator")
      const { page, requests } = await world.visit({ refusals: [403] })
      await page.goto(`${world.target.url}/console/leads`)
      await signIn(page, token)
      await page.getByRole("heading", { name: "Leads", level: 1 }).waitFor()
      await page.getByText("operator of the day").waitFor()
      assert.strictEqual(await page.getByRole("link", { name: "CSV" }).count(), 0)
      for (const format of ["csv", "jsonl"]) {
        const status = await page.evaluate(
          `fetch("/api/v1/export?format=${format}").then(({ status }) => status)`,
        )
        assert.strictEqual(status, 403, format)
      }
      // Behind an admin's link the page says which role it needs, and asks nothing that would be refused.
      await page.goto(`${world.target.url}/console/access`)
      await page
        .getByText("This page needs the role admin. You are signed in as operator of the day")
        .waitFor()
      assert.strictEqual(await page.getByRole("button", { name: "Make a token" }).count(), 0)
      assert.notInclude(requests, "/api/v1/tokens")
    }),
  )

  it.effect("shows an operator's name that is full of markup as text, wherever it is", () =>
    visiting(async (world) => {
      const { ask, sendUntil, target, visit } = world
      const name = markup.image
      const { token } = await makeToken(world, name, "admin")
      const [id = 0] = await sendUntil("REJECTED", rejected)
      const { open, page } = await visit()
      await page.goto(`${target.url}/console/customers`)
      await signIn(page, token)
      await page.getByRole("banner").getByText(name).waitFor()
      await page.getByRole("button", { name: "Pause deliveries" }).click()
      await page.getByText(`Paused by ${name}`).waitFor()
      try {
        await open("/console")
        await page.getByText(`${name} paused default`).waitFor()
      } finally {
        await ask("/customers/default/resume", { method: "POST" })
      }
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByRole("button", { name: "Hide values" }).waitFor()
      await open("/console/access")
      const audit = page.getByRole("region", { name: "Audit", exact: true })
      for (const action of ["customer.pause", "lead.view"]) {
        await audit.getByRole("row").filter({ hasText: name }).filter({ hasText: action }).first().waitFor()
      }
      await page.getByRole("region", { name: "Tokens", exact: true }).getByText(name).first().waitFor()
      assert.strictEqual(await page.locator("body img, body script, body [onerror]").count(), 0)
    }),
  )
}
