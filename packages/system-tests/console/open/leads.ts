/** The list of leads: filters, search, selection, export. */
import { assert } from "@effect/vitest"
import { readFileSync } from "node:fs"
import type { Page } from "playwright-core"
import { settled } from "../support/Console.ts"
import { type ConsoleTests, type Lead, visiting } from "../support/ConsoleWorld.ts"
import { accepted, parked, rejected } from "../support/payloads.ts"

const row = (page: Page, id: number) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name: String(id), exact: true }) })

/** The addresses of links. */
const addresses = (links: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  links.map((link) => String(Reflect.get(link as object, "href")))

/** The ids that the list shows, in its order. */
const shown = async (page: Page): Promise<ReadonlyArray<number>> => {
  await settled(page)
  return (await page.locator('tbody a[href^="/console/leads/"]').allInnerTexts()).map(Number)
}

export const leadsTests = (it: ConsoleTests): void => {
  it.effect("filters by status, reason, time and customer, each kept in the address", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      await sendUntil("REJECTED", rejected, rejected, { ...accepted, house: { is_owner: false } })
      await sendUntil("DELIVERED", accepted)
      const idsOf = async (query: string) =>
        (await ask<{ readonly data: ReadonlyArray<Lead> }>(`/leads?${query}`)).data.map(({ id }) => id)
      const { open, page } = await visit()
      await open("/console/leads")
      const all = await idsOf("")
      assert.deepStrictEqual(await shown(page), all)

      await page.getByLabel("Status").selectOption({ label: "Rejected" })
      await page.waitForURL("**/console/leads?status=REJECTED")
      const rejectedIds = await idsOf("status=REJECTED")
      await row(page, all.find((id) => !rejectedIds.includes(id)) ?? 0).waitFor({ state: "detached" })
      assert.deepStrictEqual(await shown(page), rejectedIds)

      await open("/console/failures")
      const reasons = page.getByRole("row").filter({ hasText: "NOT_HOMEOWNER" })
      await reasons.getByRole("cell").getByRole("link").first().click()
      await page.waitForURL("**/console/leads?status=REJECTED&reason=NOT_HOMEOWNER")
      assert.deepStrictEqual(await shown(page), await idsOf("status=REJECTED&reason=NOT_HOMEOWNER"))

      await open("/console/customers")
      await page.getByRole("link", { name: "Its leads" }).click()
      await page.waitForURL("**/console/leads?customer=default")
      assert.deepStrictEqual(await shown(page), await idsOf("customer=default"))
      await page.getByRole("link", { name: "Show all" }).click()
      await page.waitForURL("**/console/leads")
      await page.getByLabel("Reason").selectOption("ZIP_NOT_66XXX")
      await page.waitForURL("**/console/leads?reason=ZIP_NOT_66XXX")
      const byReason = await idsOf("reason=ZIP_NOT_66XXX")
      await row(page, all.find((id) => !byReason.includes(id)) ?? 0).waitFor({ state: "detached" })
      assert.deepStrictEqual(await shown(page), byReason)
      await page.getByLabel("Reason").selectOption({ label: "Any" })

      await page.getByRole("combobox", { name: "Received", exact: true }).selectOption("in the last hour")
      await page.waitForURL(/received_from=/)
      await row(page, all[0] ?? 0).waitFor()
      // The reader's time is Berlin's.
      await page.getByLabel("from", { exact: true }).fill("2030-01-01T00:00")
      await page.getByText("No lead matches").waitFor()
      assert.strictEqual(new URL(page.url()).searchParams.get("received_from"), "2029-12-31T23:00:00.000Z")
      await page.getByLabel("from", { exact: true }).fill("2020-07-01T00:00")
      await row(page, all[0] ?? 0).waitFor()
      await page.getByLabel("before", { exact: true }).fill("2020-07-02T00:00")
      await page.getByText("No lead matches").waitFor()
    }),
  )

  it.effect("shows the same again after reload, back and forward", () =>
    visiting(async ({ sendUntil, visit }) => {
      const [other = 0] = await sendUntil("DELIVERED", accepted)
      const [id = 0] = await sendUntil("REJECTED", rejected)
      const { open, page } = await visit()
      await open("/console/leads")
      await page.getByLabel("Status").selectOption({ label: "Rejected" })
      await row(page, other).waitFor({ state: "detached" })
      await page.reload()
      await row(page, id).waitFor()
      assert.strictEqual(await page.getByLabel("Status").inputValue(), "REJECTED")
      assert.strictEqual(await row(page, other).count(), 0)
      await page.getByRole("link", { name: String(id), exact: true }).click()
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.goBack()
      await row(page, id).waitFor()
      assert.strictEqual(await page.getByLabel("Status").inputValue(), "REJECTED")
      await page.goBack()
      await row(page, other).waitFor()
      assert.strictEqual(await page.getByLabel("Status").inputValue(), "")
      await page.goForward()
      await row(page, other).waitFor({ state: "detached" })
      await page.goForward()
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.reload()
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
    }),
  )

  it.effect("finds a lead by its id, correlation id, e-mail address and phone number", () =>
    visiting(async ({ send, until, visit }) => {
      const id = await send({ ...accepted, email: "Sought.Person@Example.com", phone: "0171 7654321" })
      const { correlation_id } = await until("DELIVERED", id)
      await send({ ...accepted, email: "another.person@example.com" })
      const { open, page } = await visit()
      await open("/console/leads")
      for (const text of [correlation_id, " sought.person@example.com", "+49 171 765 43 21"]) {
        await open("/console/leads")
        await page.getByRole("searchbox").fill(text)
        await page.getByRole("button", { name: "Find" }).click()
        await page.locator("tbody tr").nth(1).waitFor({ state: "detached" })
        assert.deepStrictEqual(await shown(page), [id], text)
      }
      await page.getByRole("searchbox").fill(`#${id}`)
      await page.getByRole("searchbox").press("Enter")
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
    }),
  )

  it.effect("replays selected leads after it has said how many, and which are left out", () =>
    visiting(async ({ customer, send, sendUntil, until, visit }) => {
      const [done = 0] = await sendUntil("DELIVERED", accepted)
      const [one = 0, two = 0] = await sendUntil("REJECTED", rejected, rejected)
      const { open, page } = await visit()
      await open("/console/leads")
      for (const id of [done, one, two]) await page.getByLabel(`Select lead ${id}`, { exact: true }).check()
      const replay = page.getByRole("region", { name: "Replay" })
      await replay.getByText("2 leads would be decided again by today's rules").waitFor()
      await replay.getByText("Left out: 1 already delivered.").waitFor()
      const before = customer.requests().length
      const [{ events: untouched }] = [await until("REJECTED", one)]
      await replay.getByRole("button", { name: "Cancel" }).click()
      await replay.waitFor({ state: "detached" })
      assert.strictEqual((await until("REJECTED", one)).events.length, untouched.length)

      await page.getByLabel("Select all leads that are shown").check()
      await page.getByLabel("Select all leads that are shown").uncheck()
      for (const id of [one, two]) await page.getByLabel(`Select lead ${id}`, { exact: true }).check()
      await replay.getByRole("button", { name: "Replay 2 leads" }).click()
      await page.getByText("2 leads sent back to be decided again.").waitFor()
      await page.getByRole("button", { name: "Done" }).click()
      for (const id of [one, two]) {
        await row(page, id).getByText("Rejected", { exact: true }).waitFor()
        const { events } = await until("REJECTED", id)
        assert.strictEqual(events.filter(({ type }) => type === "replayed").length, 1)
      }
      assert.strictEqual(customer.requests().length, before)
      await send(parked)
    }),
  )

  it.effect("exports what the list shows as CSV and JSON lines, on record in the audit", () =>
    visiting(async ({ ask, sendUntil, visit }) => {
      const [id = 0] = await sendUntil("REJECTED", { ...rejected, email: "exported.person@example.com" })
      const [other = 0] = await sendUntil("DELIVERED", accepted)
      const { open, page } = await visit()
      await open("/console/leads?status=REJECTED")
      const download = async (name: string) => {
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name, exact: true }).click(),
        ])
        return readFileSync(await file.path(), "utf8")
      }
      const csv = await download("CSV")
      assert.match(csv, /^id,received_at,status,/)
      assert.match(csv, new RegExp(`^${id},.*exported\\.person@example\\.com`, "m"))
      assert.notMatch(csv, new RegExp(`^${other},`, "m"))
      const lines = (await download("JSON lines")).trimEnd().split("\n")
      const exported = lines.map(
        (line) => JSON.parse(line) as { readonly id: number; readonly status: string },
      )
      assert.isTrue(exported.some((lead) => lead.id === id))
      assert.isTrue(exported.every(({ status }) => status === "REJECTED"))
      const { data } = await ask<{ readonly data: ReadonlyArray<{ readonly action: string }> }>("/audit")
      assert.strictEqual(data.filter(({ action }) => action === "leads.export").length, 2)
    }),
  )

  it.effect("exports the leads of a person without an address that names the person", () =>
    visiting(async ({ sendUntil, visit }) => {
      const email = "searched.person@example.com"
      const [id = 0] = await sendUntil("REJECTED", { ...rejected, email })
      const { open, page } = await visit()
      await open("/console/leads")
      await page.getByRole("searchbox").fill(email)
      await page.keyboard.press("Enter")
      await row(page, id).waitFor()
      assert.notInclude(
        decodeURIComponent((await page.locator("main a").evaluateAll(addresses)).join(" ")),
        email,
      )
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV", exact: true }).click(),
      ])
      assert.notInclude(decodeURIComponent(file.url()), email)
      assert.strictEqual(file.suggestedFilename(), "leads.csv")
      assert.match(readFileSync(await file.path(), "utf8"), new RegExp(`^${id},.*searched\\.person`, "m"))
    }),
  )

  it.effect("forgets a selection when other leads are shown", () =>
    visiting(async ({ sendUntil, visit }) => {
      await sendUntil("REJECTED", rejected)
      const { open, page } = await visit()
      await open("/console/leads?status=REJECTED")
      await page
        .getByLabel(/^Select lead/)
        .first()
        .check()
      await page.getByRole("button", { name: "Replay 1 lead" }).waitFor()
      await page.getByLabel("Status").selectOption({ label: "Any" })
      await page.getByRole("button", { name: "Replay 1 lead" }).waitFor({ state: "detached" })
    }),
  )
}
