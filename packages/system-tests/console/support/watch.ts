/** When a page shows something, by its own clock. */
import type { Page } from "playwright-core"

/**
 * The milliseconds since 1970 when a condition, an expression of JavaScript, first held after a change of the page's content;
 * now if it holds already.
 */
export const watch = (page: Page, condition: string): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    const observer = new MutationObserver(() => look())
    const look = () => {
      if (!(${condition})) return
      observer.disconnect()
      resolve(Date.now())
    }
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    look()
  })`)
