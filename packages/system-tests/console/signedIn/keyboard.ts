/** The way from the sign-in to a replayed lead, without a mouse. */
import { assert } from "@effect/vitest"
import type { Page } from "playwright-core"
import { settled } from "../support/Console.ts"
import { adminToken, type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { rejected } from "../support/payloads.ts"

const focused = `(() => {
  const { activeElement: at } = document
  return at.getAttribute("aria-label") ?? (at.labels?.[0] ?? at).textContent.trim()
})()`

/** What can be passed on one page. */
const mostStops = 80

/** Goes on with Tab until something with this name has the focus, which must be seen. */
const tabTo = async (page: Page, name: string, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> => {
  const passed: Array<string> = []
  while (passed.length < mostStops) {
    await page.keyboard.press(key)
    const now = String(await page.evaluate(focused))
    if (now === name) {
      assert.notStrictEqual(
        await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"),
        "none",
      )
      return
    }
    passed.push(now)
  }
  assert.fail(`no ${name} among ${passed.join(" | ")}`)
}

export const keyboardTests = (it: ConsoleTests): void => {
  it.effect("goes from the sign-in to a replayed lead by keyboard alone", () =>
    visiting(async ({ sendUntil, target, until, visit }) => {
      const [id = 0] = await sendUntil("REJECTED", rejected)
      const { page } = await visit()
      const { keyboard } = page
      await page.goto(`${target.url}/console`)
      await page.getByRole("button", { name: "Sign in" }).waitFor()
      assert.strictEqual(await page.evaluate(focused), "Token")
      await keyboard.type(adminToken)
      await keyboard.press("Enter")
      await page.getByRole("heading", { name: "Overview" }).waitFor()
      await settled(page)
      // The heading has the focus, so that a screen reader says where one is.
      assert.strictEqual(await page.evaluate(focused), "Overview")

      await tabTo(page, "Leads", "Shift+Tab")
      await keyboard.press("Enter")
      await page.getByRole("heading", { name: "Leads", level: 1 }).waitFor()
      await page.getByRole("link", { name: String(id), exact: true }).waitFor()
      assert.strictEqual(await page.evaluate(focused), "Leads")

      await tabTo(page, String(id))
      await keyboard.press("Enter")
      await page.getByRole("heading", { name: `Lead ${id}` }).waitFor()
      await page.getByRole("button", { name: "Replay" }).waitFor()

      await tabTo(page, "Replay")
      await keyboard.press("Enter")
      await page.getByText("1 lead would be decided again").waitFor()
      await tabTo(page, "Replay 1 lead")
      await keyboard.press("Enter")
      await page.getByText("1 lead sent back to be decided again.").waitFor()
      await tabTo(page, "Done")
      await keyboard.press("Enter")
      await page.getByText("Somebody sent it back to the start").waitFor()
      const { events } = await until("REJECTED", id)
      assert.isTrue(events.some(({ type }) => type === "replayed"))
    }),
  )

  it.effect("skips the navigation on request", () =>
    visiting(async ({ target, visit }) => {
      const { page } = await visit()
      await page.goto(`${target.url}/console/health`)
      await page.getByRole("button", { name: "Sign in" }).waitFor()
      await page.keyboard.type(adminToken)
      await page.keyboard.press("Enter")
      await page.getByRole("heading", { name: "Health" }).waitFor()
      await settled(page)
      await tabTo(page, "Skip to the page", "Shift+Tab")
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      assert.isTrue(await page.evaluate(`document.querySelector("main").contains(document.activeElement)`))
    }),
  )
}
