/** Customers: deliveries are held and let go by a person. */
import { assert } from "@effect/vitest"
import { type ConsoleTests, type Lead, visiting } from "../support/ConsoleWorld.ts"
import { accepted } from "../support/payloads.ts"

export const customerTests = (it: ConsoleTests): void => {
  it.effect("pauses a customer, whose leads wait, and resumes it, which delivers them", () =>
    visiting(async ({ ask, customer, send, until, visit }) => {
      const { open, page } = await visit()
      await open("/console/customers")
      await page.getByRole("button", { name: "Pause deliveries" }).click()
      await page.getByText("its leads wait, and no attempt is spent").waitFor()
      const before = customer.requests().length
      const id = await send(accepted)
      // Decided, and not sent.
      await until("READY", id)
      await page.getByRole("definition").filter({ hasText: /^1$/ }).first().waitFor()
      const actions = async () =>
        (await ask<{ readonly data: ReadonlyArray<{ readonly action: string }> }>("/audit")).data.map(
          ({ action }) => action,
        )
      assert.strictEqual((await actions())[0], "customer.pause")
      assert.strictEqual(customer.requests().length, before)
      assert.strictEqual((await ask<Lead>(`/leads/${id}`)).status, "READY")
      await page.getByRole("button", { name: "Resume deliveries" }).click()
      await until("DELIVERED", id)
      await page.getByRole("button", { name: "Pause deliveries" }).waitFor()
      assert.strictEqual((await actions())[0], "customer.resume")
    }),
  )
}
