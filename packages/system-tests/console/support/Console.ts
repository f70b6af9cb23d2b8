/** Debian's Chromium with pages of a real console; what a page must not do is written down. */
import { debianPackages } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { makeFolder } from "../../faults/support/places.ts"

/** One visitor of a console. */
export interface Visitor {
  readonly page: Page
  /** Opens a page of the console and waits until it shows its answers. */
  readonly open: (path: string) => Promise<void>
  /** What the page has done that it must not: messages on its console, reports of its policy, requests elsewhere. */
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
}

/** Starts the browser for the current scope; returns how visitors come. */
export const makeConsole = (
  url: string,
): Effect.Effect<(options?: VisitOptions) => Promise<Visitor>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { libraries, root } = yield* Effect.promise(() => debianPackages("chromium"))
    const home = yield* makeFolder
    const browser: Browser = yield* Effect.acquireRelease(
      Effect.promise(() =>
        chromium.launch({
          executablePath: join(root, "usr/lib/chromium/chromium"),
          args: ["--no-sandbox", "--disable-gpu"],
          env: { PATH: process.env.PATH ?? "", HOME: home, LD_LIBRARY_PATH: libraries },
        }),
      ),
      (browser) => Effect.promise(() => browser.close()),
    )
    return (options = {}) => visit(browser, url, options)
  })

const visit = async (browser: Browser, url: string, options: VisitOptions): Promise<Visitor> => {
  const { bypassCSP = false, scheme = "light", width = 1280 } = options
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    bypassCSP,
  })
  const page = await context.newPage()
  const faults: Array<string> = []
  const requests: Array<string> = []
  page.on("console", (message) => {
    // The browser itself reports refused sign-ins.
    if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text())
  })
  page.on("pageerror", (error) => faults.push(error.message))
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url())
    if (origin !== url) faults.push(`asks ${request.url()}`)
    if (pathname.startsWith("/api/") && pathname !== "/api/v1/events") requests.push(pathname)
  })
  await page.addInitScript({ content: reportPolicy })
  return {
    page,
    faults,
    requests,
    open: async (path) => {
      requests.length = 0
      await page.goto(`${url}${path}`)
      await page.locator('main[aria-busy="false"] h1').waitFor()
    },
  }
}

/** Scripts for the page are texts: its types are not those of this program. */
const reportPolicy = `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error("policy: " + violatedDirective + " " + blockedURI)
})`

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")

const findFaults = `axe.run().then(({ violations }) => [
  ...violations.map(({ id, nodes }) => id + ": " + nodes[0]?.html),
  ...(document.documentElement.scrollWidth > innerWidth ? ["the page is wider than the window"] : []),
])`

/** What a machine finds against the accessibility of the page as it is now, one line for each. */
export const accessibilityFaults = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.addScriptTag({ content: axe })
  return page.evaluate(findFaults)
}
