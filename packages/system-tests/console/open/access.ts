/** Tokens: made, shown once, revoked, each on record. */
import { assert } from "@effect/vitest"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { markup } from "../support/payloads.ts"

interface Token {
  readonly name: string
  readonly role: string
  readonly revoked_at: string | null
}

export const accessTests = (it: ConsoleTests): void => {
  it.effect("makes a token, shows it once, and revokes it", () =>
    visiting(async ({ ask, visit }) => {
      const { open, page } = await visit()
      await open("/console/access")
      await page.getByLabel("Name").fill(`dashboard ${markup.script}`)
      await page.getByLabel("Role").selectOption("operator")
      await page.getByRole("button", { name: "Make a token" }).click()
      await page.getByText("It is shown this once.").waitFor()
      assert.match(await page.locator(".copyable pre").innerText(), /^lgt_\S+$/)
      const own = async () =>
        (await ask<{ readonly data: ReadonlyArray<Token> }>("/tokens")).data.find(({ name }) =>
          name.startsWith("dashboard "),
        )
      const made = await own()
      assert.strictEqual(made?.role, "operator")
      assert.isNull(made?.revoked_at)
      await page.reload()
      const row = page
        .getByRole("region", { name: "Tokens", exact: true })
        .getByRole("row")
        .filter({ hasText: markup.script })
        .first()
      // It asks first, and the first press is taken back.
      await row.getByRole("button", { name: "Revoke: " }).click()
      await row.getByRole("button", { name: "Keep it" }).click()
      assert.isNull((await own())?.revoked_at)
      await row.getByRole("button", { name: "Revoke: " }).click()
      await row.getByRole("button", { name: "Revoke for ever: " }).click()
      await row.getByText(/^revoked/).waitFor()
      assert.strictEqual(await page.getByText("lgt_").count(), 0)
      assert.isNotNull((await own())?.revoked_at)
      await page.reload()
      const audit = page.getByRole("region", { name: "Audit" })
      for (const action of ["token.create", "token.revoke"]) await audit.getByText(action).first().waitFor()
    }),
  )
}
