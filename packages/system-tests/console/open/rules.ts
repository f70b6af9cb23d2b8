/** Drafts, rule by rule, and unmapped answers. It stores 10,000 leads. */
import { assert } from "@effect/vitest"
import type { Page } from "playwright-core"
import { accessibilityFaults } from "../support/accessibility.ts"
import { accepted, type ConsoleTests, parked, rejected, visiting } from "../support/ConsoleWorld.ts"
import { storeLeads } from "../support/storedLeads.ts"

/** The field of the draft, when its document is there. */
const draftIn = async (page: Page) => {
  const field = page.getByRole("textbox", { name: "Draft" })
  await field.waitFor()
  return { field, text: await field.inputValue() }
}

const selection = (page: Page): Promise<string> =>
  page.evaluate(
    "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)",
  )

/** The page as it is, in both themes, wide and narrow. */
const assertAccessible = async (page: Page): Promise<void> => {
  for (const [colorScheme, width] of [
    ["light", 1440],
    ["dark", 320],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    assert.deepStrictEqual(await accessibilityFaults(page), [], `${page.url()} ${colorScheme} ${width}`)
  }
}

export const rulesTests = (it: ConsoleTests): void => {
  it.effect(
    "says of rules what is wrong with a draft while it is typed, and lead to the place by keyboard",
    () =>
      visiting(async ({ visit }) => {
        const { open, page } = await visit({ bypassCSP: true })
        await open("/console/rules")
        const { field, text } = await draftIn(page)
        await field.fill(text.replace('"operator": "pattern"', '"operator": "matches"'))
        await page.getByText("1 problem, listed above.").waitFor()
        await page.getByText(/rules\.0\.operator: must be one of "present", .*"pattern"/).waitFor()
        await assertAccessible(page)
        await page.getByRole("button", { name: /^Line 7, column/ }).focus()
        await page.keyboard.press("Enter")
        assert.strictEqual(await selection(page), '"matches"')
        await page.keyboard.type('"pattern", ')
        await page.getByText("Not JSON: a name in quotation marks is missing").waitFor()
        assert.isTrue(await page.getByRole("button", { name: "Try", exact: true }).isDisabled())
        await page.getByRole("button", { name: "Back to what is in force" }).click()
        await page.getByText("Not changed yet").waitFor()
      }),
  )

  it.effect("shows of rules what the gateway refuses at its place", () =>
    visiting(async ({ visit }) => {
      const { open, page } = await visit({ refusals: [422] })
      await open("/console/rules")
      const { field } = await draftIn(page)
      const rule = { field: "zipcode", operator: "length", min: 5, max: 4, reason: "X" }
      await field.fill(JSON.stringify({ version: "1", rules: [rule] }, undefined, 2))
      await page.getByText("Changed. Nothing is put into force by trying it.").waitFor()
      await page.getByRole("button", { name: "Try", exact: true }).click()
      await page.getByText("rules.0.max: found 4, expected at least min, which is 5").waitFor()
      await page.getByRole("button", { name: "Line 8, column 14" }).click()
      assert.strictEqual(await selection(page), "4")
    }),
  )

  it.effect("says of a lead rule by rule what passed and what did not, and what would be decided today", () =>
    visiting(async ({ send, visit }) => {
      const id = await send({ ...rejected, zipcode: "66123 ", house: { is_owner: "secret-1" } })
      const { open, page } = await visit({ bypassCSP: true })
      await open(`/console/leads/${id}`)
      await page.getByText("Rejected", { exact: true }).waitFor()
      const rules = page.getByRole("region", { name: "Rule by rule" })
      await rules.getByText("Decided by the rules in force, version").waitFor()
      await rules.getByText("Failed", { exact: true }).waitFor()
      await rules.getByText("Not reached, would fail").waitFor()
      await rules
        .getByText("To pass, zipcode must match ^66\\d{3}$, and house.is_owner must be true.")
        .waitFor()
      assert.notInclude(await page.locator("main").innerText(), "secret-1")
      await page.getByRole("button", { name: "Show values" }).click()
      await rules.getByText('"secret-1"').waitFor()
      await page.getByRole("button", { name: "Try with today's rules" }).click()
      await page.getByText(/^Today it would be rejected by ZIP_NOT_66XXX, as it was\./).waitFor()
      await assertAccessible(page)

      await open(`/console/leads/${await send(parked)}`)
      await page.getByText("It meets every rule, and would be sent if it had phone").waitFor()
    }),
  )

  it.effect("marks in a lead's payloads what was changed on its way", () =>
    visiting(async ({ send, visit }) => {
      const id = await send({
        ...accepted,
        phone: "0151 / 234 56 78",
        first_name: "Jörg ",
        city: "Saarbrücken",
      })
      const { open, page } = await visit({ width: 320 })
      await open(`/console/leads/${id}`)
      await page.getByText("Delivered", { exact: true }).first().waitFor()
      await page.getByRole("button", { name: "Show values" }).click()
      const [came, read, sent] = ["As it came", "Normalised", "For the customer"].map((title) =>
        page.locator("figure", { has: page.getByText(title, { exact: true }) }),
      ) as [ReturnType<Page["locator"]>, ReturnType<Page["locator"]>, ReturnType<Page["locator"]>]
      await came.getByText('"city": "Saarbrücken"').waitFor()
      assert.strictEqual(await came.locator("mark").count(), 0)
      const marked = (figure: typeof came) => figure.locator("mark").allTextContents()
      assert.deepStrictEqual(await marked(read), [
        '"phone": "+491512345678" (was "0151 / 234 56 78")',
        '"first_name": "Jörg" (was "Jörg ")',
      ])
      assert.deepStrictEqual(await marked(sent), [
        '"phone": "+491512345678" (normalised)',
        '"name": "solar_panel_installation" (by the mapping or the template)',
      ])
      const tops = await Promise.all([came, read, sent].map(async (one) => (await one.boundingBox())?.y ?? 0))
      assert.deepStrictEqual(
        tops,
        tops.toSorted((one, other) => one - other),
      )
      assert.isAbove(tops[1] ?? 0, tops[0] ?? 0)
    }),
  )

  it.effect("proposes what answers mean that the mapping does not know, and try it as a draft", () =>
    visiting(async ({ send, visit }) => {
      for (const offer of ["kaufen", "kaufen", "Leasing"])
        await send({ ...accepted, solar_offer_type: offer })
      const { open, page } = await visit({ bypassCSP: true })
      // Workers store what they count every five seconds.
      const guess = page.getByRole("button", { name: "Kaufen? a guess" })
      do await open("/console/unmapped")
      while ((await guess.count()) === 0 || (await page.getByText("Leasing").count()) === 0)
      await guess.click()
      await page.getByLabel("What Leasing means").selectOption("new")
      const proposal = page.getByRole("region", { name: "Proposal" })
      const added = JSON.parse(await proposal.locator("pre").innerText()) as Readonly<Record<string, object>>
      assert.deepInclude(added["solar_offer_type"], {
        values: ["Beides interessant", "Mieten", "Kaufen", "Leasing"],
        synonyms: { kaufen: "Kaufen" },
      })
      await assertAccessible(page)
      await proposal.getByRole("button", { name: "Put it into a draft" }).click()
      const changes = page.getByRole("region", { name: "Changes", exact: true })
      await changes.getByText('+      "kaufen": "Kaufen"').waitFor()
      await page.getByRole("button", { name: "Try", exact: true }).click()
      await page.getByText("3 leads: accepted as before, with another payload for the customer").waitFor()
    }),
  )

  it.effect("tries a draft of rules on 10,000 stored leads in under 5 s, and put into force by a diff", () =>
    visiting(async ({ target, visit }) => {
      const newest = await storeLeads(target.databaseUrl, 10_000)
      const { open, page } = await visit({ bypassCSP: true })
      await open("/console/rules")
      const { field, text } = await draftIn(page)
      const draft = text.replace("^66\\\\d{3}$", "^\\\\d{5}$")
      await field.fill(draft)
      const tryOn = async (last: string, leads: string) => {
        await page.getByLabel("Try it on the last").fill(last)
        const started = performance.now()
        await page.getByRole("button", { name: "Try", exact: true }).click()
        await page.getByText(`Of the last ${leads} leads`).waitFor()
        return performance.now() - started
      }
      // Starts the process for previews.
      await tryOn("10", "10")
      assert.isBelow(await tryOn("10000", "10,000"), 5000)
      const changes = page.getByRole("region", { name: "What it would change" })
      await changes.getByText("1,000 leads: rejected by ZIP_NOT_66XXX → accepted").waitFor()
      assert.notInclude(await changes.innerText(), "not enough time")

      const region = page.getByRole("region", { name: "Changes", exact: true })
      assert.include(await region.innerText(), '-      "pattern": "^66\\\\d{3}$",')
      assert.include(await region.innerText(), '+      "pattern": "^\\\\d{5}$",')
      await page.getByText("config/lead_rules.json").waitFor()
      await page.getByRole("button", { name: "Copy the draft" }).click()
      await page.getByText("The draft is copied.").waitFor()
      assert.strictEqual(await page.evaluate("navigator.clipboard.readText()"), `${draft}\n`)
      await assertAccessible(page)

      await changes.getByRole("link").first().click()
      await page.getByRole("heading", { name: `Lead ${newest}` }).waitFor()
      await page.goBack()
      await changes.getByText("1,000 leads").waitFor()
      assert.strictEqual(await field.inputValue(), draft)
    }),
  )
}
