/** What a machine finds against the accessibility of a page. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"

const widths = [1440, 768, 320] as const

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")

/** All that axe knows; a theme changes nothing but colours. */
const rules = {
  light: `{ resultTypes: ["violations"] }`,
  dark: `{ resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"] }`,
} as const

/** Also, nothing may be wider than the window. */
const faultsBy = (
  options: string,
) => `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => axe.run(document, ${options}))
  .then(({ violations }) => [
    ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)),
    ...(document.documentElement.scrollWidth > innerWidth
      ? [...document.querySelectorAll("main *")].filter((one) =>
          one.getBoundingClientRect().right > innerWidth && one.closest(".scroll, pre") === null
        ).map((one) => "wider than the window: " + one.outerHTML.slice(0, 200)).slice(-3)
      : []),
  ])`

/**
 * The faults of a page as it is now, in both themes and at three widths: one load, since what a theme or a width changes is
 * drawn anew. The page's policy must be bypassed.
 */
export const accessibilityFaults = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(`${axe};undefined`)
  const faults: Array<string> = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
      const found: ReadonlyArray<string> = await page.evaluate(faultsBy(rules[colorScheme]))
      faults.push(...found.map((fault) => `${width} px, ${colorScheme}: ${fault}`))
    }
  }
  return faults
}
