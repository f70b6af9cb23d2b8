/** What holds of every page: accessibility, few requests. */
import { assert } from "@effect/vitest"
import type { Page } from "playwright-core"
import { accessibilityFaults } from "../support/accessibility.ts"
import { type ConsoleTests, visiting } from "../support/ConsoleWorld.ts"
import { hostile, parked, rejected } from "../support/payloads.ts"
import { pages } from "../support/pages.ts"

/** What the page shows when somebody has done something. */
const states: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  [pages.lead]: async (page) => {
    await page.getByRole("button", { name: "Show values" }).click()
    await page.getByRole("button", { name: "As a curl command" }).click()
    await page.getByRole("button", { name: "Replay" }).click()
    await page.getByText("would be decided again by today's rules").waitFor()
  },
}

export const pagesTests = (it: ConsoleTests): void => {
  it.effect("shows every page without a fault of accessibility, in both themes, at three widths", () =>
    visiting(async ({ sendUntil, visit }) => {
      await sendUntil("DELIVERED", hostile)
      await sendUntil("REJECTED", rejected)
      await sendUntil("FAILED", parked)
      const { open, page } = await visit({ bypassCSP: true })
      for (const path of [...Object.values(pages), "/console/nowhere"]) {
        await open(path)
        await states[path]?.(page)
        assert.deepStrictEqual(await accessibilityFaults(page), [], path)
      }
    }),
  )

  it.effect("asks at most four questions a page", () =>
    visiting(async ({ visit }) => {
      const { open, requests } = await visit()
      for (const path of Object.values(pages)) {
        await open(path)
        assert.isAtMost(requests.length, 4, `${path}: ${requests.join(" ")}`)
      }
    }),
  )
}
