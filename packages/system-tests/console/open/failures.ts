/** Failures by reason, and the replay of all with one reason. */
import { assert } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { accepted } from "../support/payloads.ts"

export const failureTests = (it: ConsoleTests): void => {
  it.effect("replays all leads with a reason, which then are delivered", () =>
    visiting(async ({ customer, sendUntil, until, visit }) => {
      customer.respond(CustomerBehaviour.reply({ status: 422 }))
      const ids = await sendUntil("PERMANENTLY_FAILED", accepted, accepted, accepted)
      customer.respond(CustomerBehaviour.reply())
      const { open, page } = await visit()
      await open("/console/failures")
      const row = page.getByRole("row").filter({ hasText: "CUSTOMER_REFUSED" })
      await row.getByText("Open one to see its answer, mend that, then replay.").waitFor()
      const examples = (await row.getByRole("listitem").allInnerTexts()).map(Number)
      assert.deepStrictEqual(
        examples.slice(0, 3),
        [...ids].toSorted((a, b) => b - a),
      )
      await row.getByRole("button", { name: "Replay all with the reason CUSTOMER_REFUSED" }).click()
      const replay = page.getByRole("region", { name: "Replay", exact: true })
      await replay.getByText("3 leads would be decided again by today's rules").waitFor()
      await replay.getByRole("button", { name: "Replay 3 leads" }).click()
      await page.getByText("3 leads sent back to be decided again.").waitFor()
      await page.getByRole("button", { name: "Done" }).click()
      for (const id of ids) await until("DELIVERED", id)
      await row.waitFor({ state: "detached" })
    }),
  )
}
