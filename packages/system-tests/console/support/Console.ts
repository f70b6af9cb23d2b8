/** Debian's Chromium with pages of a real console; what a page must not do is written down. */
import { debianChromium } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { makeFolder } from "../../faults/support/places.ts"

/** One visitor of a console. */
export interface Visitor {
  readonly page: Page
  /** Opens a page of the console and waits until it shows its answers. */
  readonly open: (path: string) => Promise<void>
  /**
   * What the page has done that it must not: warnings and errors on its console, reports of its policy, requests to another
   * host. `visiting` asserts that there are none.
   */
  readonly faults: ReadonlyArray<string>
  /** The requests to the api since the page was opened, live events left out. */
  readonly requests: ReadonlyArray<string>
}

/** How somebody visits. */
export interface VisitOptions {
  readonly width?: number
  readonly scheme?: "light" | "dark"
  /** Without a script of ours beside the page's own: axe needs that. */
  readonly bypassCSP?: boolean
  /** Statuses of answers that the test provokes; the browser reports each of them on the page's console. */
  readonly refusals?: ReadonlyArray<number>
}

/** Starts the browser for the current scope; returns how visitors come. */
export const makeConsole = (
  url: string,
): Effect.Effect<(options?: VisitOptions) => Promise<Visitor>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const home = yield* makeFolder
    const browser: Browser = yield* Effect.acquireRelease(
      Effect.promise(async () => chromium.launch(await debianChromium(home))),
      (browser) => Effect.promise(() => browser.close()),
    )
    return (options = {}) => visit(browser, url, options)
  })

const visit = async (browser: Browser, url: string, options: VisitOptions): Promise<Visitor> => {
  const { bypassCSP = false, refusals = [], scheme = "light", width = 1280 } = options
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
    bypassCSP,
  })
  context.setDefaultTimeout(20_000)
  const faults: Array<string> = []
  const requests: Array<string> = []
  const isProvoked = (text: string) =>
    refusals.some((status) =>
      text.startsWith(`Failed to load resource: the server responded with a status of ${status} `),
    )
  // Of every page, those that a page opens included.
  context.on("console", (message) => {
    if (!["error", "warning"].includes(message.type()) || isProvoked(message.text())) return
    faults.push(`${message.type()}: ${message.text()}`)
  })
  context.on("weberror", (error) => faults.push(error.error().message))
  context.on("request", (request) => {
    const { origin, pathname } = new URL(request.url())
    if (origin !== url) faults.push(`asks ${request.url()}`)
    if (/^\/(api|health)\//.test(pathname) && pathname !== "/api/v1/events") requests.push(pathname)
  })
  await context.addInitScript({ content: reportPolicy })
  const page = await context.newPage()
  page.on("dialog", (dialog) => {
    faults.push(`opens a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("websocket", (socket) => faults.push(`connects to ${socket.url()}`))
  return {
    page,
    faults,
    requests,
    open: async (path) => {
      requests.length = 0
      await page.goto(`${url}${path}`)
      await settled(page)
    },
  }
}

/** Waits until the page shows its answers. */
export const settled = async (page: Page): Promise<void> => {
  await page.locator('main[aria-busy="false"] h1').waitFor()
  await page.locator(".skeleton").first().waitFor({ state: "detached" })
}

/** Scripts for the page are texts: its types are not those of this program. */
const reportPolicy = `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error("policy: " + violatedDirective + " " + blockedURI)
})`
