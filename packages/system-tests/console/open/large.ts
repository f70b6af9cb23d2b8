/** What is large or odd stays usable: long payloads, long drafts, a browser that keeps nothing and does not copy. */
import { assert } from "@effect/vitest"
import { settled } from "../support/Console.ts"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { accepted } from "../support/payloads.ts"

/** As in a browser that blocks what pages keep, at a page that came by plain HTTP over a network. */
const poor = `Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("blocked", "SecurityError") } })
Object.defineProperty(navigator, "clipboard", { value: undefined })`

export const largeTests = (it: ConsoleTests): void => {
  it.effect("shows the beginning of a payload of ten thousand fields, and all of it when asked", () =>
    visiting(async ({ sendUntil, visit }) => {
      const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field ${index}`, "x"]))
      const [id = 0] = await sendUntil("DELIVERED", { ...accepted, ...fields, note: "y".repeat(100_000) })
      const { open, page } = await visit()
      await open(`/console/leads/${id}`)
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByRole("button", { name: "Hide values" }).waitFor()
      await settled(page)
      const came = page.locator(".payload").first()
      assert.isBelow((await came.innerText()).length, 50_000)
      await came.getByRole("button", { name: /^Show all 10,0\d\d lines$/ }).click()
      assert.isAbove((await came.innerText()).length, 200_000)
      assert.strictEqual(await came.getByRole("button").count(), 0)
    }),
  )

  it.effect("takes a draft of thousands of rules, and what is typed into it", () =>
    visiting(async ({ visit }) => {
      const { open, page } = await visit()
      await open("/console/rules")
      const rules = Array.from({ length: 2500 }, (_, index) => ({
        field: `field${index}`,
        operator: "pattern",
        pattern: String.raw`^66\d{3}$`,
        reason: `REASON_${index}`,
      }))
      const draft = page.getByLabel("Draft", { exact: true }).getByRole("textbox")
      // The browser itself needs long to type or paste so much.
      await page.evaluate(`(() => {
        const draft = document.querySelector("textarea")
        draft.value = ${JSON.stringify(JSON.stringify({ version: "large", rules }, undefined, 2))}
        draft.dispatchEvent(new Event("input", { bubbles: true }))
      })()`)
      await page.getByText("Nothing is put into force").waitFor()
      await page.getByText("… and more: copy them to see all.").waitFor()
      await page.evaluate(`document.querySelector("textarea").setSelectionRange(0, 0)`)
      await draft.press("x")
      await page.getByText("1 problem, listed above.").waitFor()
    }),
  )

  it.effect("undoes a proposal that was taken as it undoes what was typed", () =>
    visiting(async ({ visit }) => {
      const { open, page } = await visit()
      await open("/console/rules")
      const draft = page.getByLabel("Draft", { exact: true }).getByRole("textbox")
      const before = await draft.inputValue()
      await draft.press("Control+Home")
      await draft.press("ArrowRight")
      await page.waitForFunction("document.activeElement.selectionStart === 1")
      await draft.press("Control+Space")
      const proposal = page.getByRole("option").first()
      await proposal.waitFor()
      await draft.press("Enter")
      await proposal.waitFor({ state: "detached" })
      assert.notStrictEqual(await draft.inputValue(), before)
      await draft.press("Control+z")
      assert.strictEqual(await draft.inputValue(), before)
    }),
  )

  it.effect("searches and says what to do in a browser that neither keeps nor copies anything", () =>
    visiting(async ({ sendUntil, visit }) => {
      const [id = 0] = await sendUntil("DELIVERED", { ...accepted, email: "poor@example.com" })
      const { open, page } = await visit()
      await page.addInitScript({ content: poor })
      await open("/console/leads")
      await page.getByRole("searchbox").fill("poor@example.com")
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: "Without E-mail" }).waitFor()
      await page.getByRole("link", { name: String(id), exact: true }).click()
      await page.getByRole("button", { name: "Show values" }).click()
      await page.getByRole("button", { name: "As a curl command" }).click()
      await page.getByRole("button", { name: "Copy the command" }).click()
      await page.getByText("Your browser does not let this page copy").waitFor()
    }),
  )
}
