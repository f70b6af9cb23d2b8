/** Pages of the console in Debian's Chromium. */
import { debianChromium } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { type BrowserContext, chromium } from "playwright-core"

/** A visitor with an empty cache, for the current scope; the browser keeps its files in a folder. */
export const startBrowser = (home: string): Effect.Effect<BrowserContext, never, Scope.Scope> =>
  Effect.gen(function* () {
    const browser = yield* Effect.acquireRelease(
      Effect.promise(async () => chromium.launch(await debianChromium(home))),
      (browser) => Effect.promise(() => browser.close()),
    )
    return yield* Effect.promise(() =>
      browser.newContext({
        viewport: { width: 1440, height: 900 },
        permissions: ["clipboard-read", "clipboard-write"],
      }),
    )
  })
