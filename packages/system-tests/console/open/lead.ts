/** One lead: story, attempts, values on request, replay, the command that sends it again. */
import { assert } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { type ConsoleTests, type Lead, visiting } from "../support/ConsoleWorld.ts"
import { accepted, hostile, rejected } from "../support/payloads.ts"
import { shell } from "../support/shell.ts"

interface AuditRecord {
  readonly action: string
  readonly lead_id: number | null
}

export const leadTests = (it: ConsoleTests): void => {
  it.effect(
    "tells a lead's story, and of each attempt what the customer answered and whose fault it was",
    () =>
      visiting(async ({ customer, send, until, visit }) => {
        customer.respond([
          CustomerBehaviour.reply({ status: 503, body: "the intake is closed for a moment" }),
          CustomerBehaviour.reply({ body: '{"taken":true}' }),
        ])
        const id = await send(accepted)
        await until("DELIVERED", id)
        const { open, page } = await visit()
        await open(`/console/leads/${id}`)
        const story = await page.getByRole("region", { name: "What happened" }).innerText()
        assert.match(
          story,
          /Received [^]*met all rules[^]*Attempt 1 [^]*Attempt 2 [^]*the customer took the lead/,
        )
        await page.getByText("Event by event").click()
        // Its times are in the reader's zone, too.
        const scheduled = page.getByRole("listitem").filter({ hasText: "retry scheduled" })
        assert.notMatch(await scheduled.innerText(), /T\d\d:.*Z/)
        assert.match(String(await scheduled.locator("time").last().getAttribute("title")), / UTC$/)

        const attempts = page.getByRole("region", { name: "Attempts" }).getByRole("row")
        const [first, second] = [attempts.nth(1), attempts.nth(2)]
        assert.match(await first.innerText(), /503[^]*\d+ ms[^]*the customer/)
        await page.getByRole("button", { name: "Show values" }).click()
        await page.getByRole("button", { name: "Hide values" }).waitFor()
        await first.getByText("The answer's body").click()
        await first.getByText("the intake is closed for a moment").waitFor()
        assert.match(await second.innerText(), /200[^]*\d+ ms/)
        assert.strictEqual(await attempts.count(), 3)
      }),
  )

  it.effect("masks values until they are asked for, and notes who asked", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      const [id = 0] = await sendUntil("DELIVERED", { ...accepted, email: "secret.person@example.com" })
      const views = async () =>
        (await ask<{ readonly data: ReadonlyArray<AuditRecord> }>("/audit")).data.filter(
          ({ action, lead_id }) => action === "lead.view" && lead_id === id,
        ).length
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("region", { name: "Payloads" }).waitFor()
      const masked = await page.getByRole("region", { name: "Payloads" }).innerText()
      assert.notInclude(await page.locator("main").innerText(), "secret.person")
      // Nothing that could be read as a value.
      assert.match(masked, /"is_owner": •••/)
      assert.notMatch(masked, /: (?:false|0|"\*")/)
      const asked = await views()
      await page.getByRole("button", { name: "Show values" }).focus()
      await page.keyboard.press("Enter")
      await page.getByText("secret.person@example.com").first().waitFor()
      // Who came by keyboard stays where he was.
      assert.strictEqual(await page.evaluate("document.activeElement.textContent"), "Hide values")
      assert.isAbove(await views(), asked)
      await page.getByRole("button", { name: "Hide values" }).click()
      await page.getByText("secret.person@example.com").first().waitFor({ state: "detached" })
      await open("/console/access")
      await page
        .getByRole("row")
        .filter({ hasText: "lead.view" })
        .filter({ hasText: `lead ${id}` })
        .first()
        .waitFor()
    }),
  )

  it.effect("replays a lead that the customer refused, which then is delivered", () =>
    visiting(async ({ customer, send, until, visit }) => {
      customer.respond(CustomerBehaviour.reply({ status: 422, body: '{"error":"not today"}' }))
      const id = await send(accepted)
      await until("PERMANENTLY_FAILED", id)
      customer.respond(CustomerBehaviour.reply())
      const before = customer.requests().length
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByText("Given up", { exact: true }).waitFor()
      await page.getByText("CUSTOMER_REFUSED").first().waitFor()
      await page.getByRole("button", { name: "Replay" }).click()
      await page.getByText("1 lead would be decided again by today's rules").waitFor()
      assert.strictEqual(customer.requests().length, before)
      await page.getByRole("button", { name: "Replay 1 lead" }).click()
      await page.getByText("1 lead sent back to be decided again.").waitFor()
      // Pushed to the page, which nobody touches.
      await page.getByText("Delivered", { exact: true }).waitFor()
      await page.getByText("Somebody sent it back to the start").first().waitFor()
      assert.strictEqual(customer.requests().length, before + 1)
    }),
  )

  it.effect("asks before it sends a lead again that the customer has", () =>
    visiting(async ({ customer, sendUntil, visit }) => {
      const [id = 0] = await sendUntil("DELIVERED", accepted)
      const before = customer.requests().length
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Replay" }).click()
      await page.getByText("Left out: 1 already delivered.").waitFor()
      assert.isTrue(
        await page.getByRole("region", { name: "Replay" }).getByRole("button").first().isDisabled(),
      )
      await page.getByLabel("Also those that the customer has").check()
      await page.getByRole("button", { name: "Replay 1 lead" }).click()
      await page.getByText("1 lead sent back to be decided again.").waitFor()
      while (customer.requests().length === before) await page.waitForTimeout(20)
    }),
  )

  it.effect("tries today's rules on it without storing or sending anything", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      const [id = 0] = await sendUntil("REJECTED", rejected)
      const { received } = await ask<{ readonly received: number }>("/ledger")
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByRole("button", { name: "Try with today's rules" }).click()
      await page.getByText("ZIP_NOT_66XXX").nth(1).waitFor()
      assert.strictEqual((await ask<{ readonly received: number }>("/ledger")).received, received)
    }),
  )

  it.effect("copies it as a command that sends the same payload, with every digit and quotation mark", () =>
    visiting(async ({ ask, send, until, visit }) => {
      const id = await send(hostile)
      const { raw_payload } = await until("DELIVERED", id)
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByRole("button", { name: "As a curl command" }).click()
      await page.getByRole("button", { name: "Copy the command" }).click()
      await page.getByText("Copied.").waitFor()
      const command = String(await page.evaluate("navigator.clipboard.readText()"))
      assert.include(command, "12345678901234567890")
      const { lead_id } = JSON.parse(await shell(command)) as { readonly lead_id: number }
      assert.isAbove(lead_id, id)
      assert.deepStrictEqual((await ask<Lead>(`/leads/${lead_id}`)).raw_payload, raw_payload)
    }),
  )

  it.effect("says what to do about a lead that is not there", () =>
    visiting(async ({ visit }) => {
      const { open, page } = await visit({ refusals: [404] })
      await open("/console/leads/999999999")
      const notice = page.getByRole("alert")
      await notice.getByText("lead not found").waitFor()
      assert.match(await notice.innerText(), /Correlation id \S+: search the logs/)
    }),
  )
}
