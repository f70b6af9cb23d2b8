/** The page of the API's reference in Debian's Chromium. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPage } from "../attacks/support/BrowserPage.ts"
import { makeTarget } from "../attacks/support/Target.ts"

/** What the document says of each route. */
const summariesOf = async (url: string): Promise<ReadonlyArray<string>> => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary: string }>>>>
  }
  return Object.values(document.paths).flatMap((item) => Object.values(item).map(({ summary }) => summary))
}

it.live("the page at /docs lists every route, asks nobody but its api, and breaks no policy of its own", () =>
  Effect.gen(function* () {
    const target = yield* makeTarget({})
    const page = yield* openPage(`${target.url}/docs`)
    const summaries = yield* Effect.promise(() => summariesOf(target.url))
    assert.isAtLeast(summaries.length, 17)
    for (const summary of summaries) {
      yield* page.until(`document.body.innerText.includes(${JSON.stringify(summary)})`)
    }
    yield* page.until(`document.body.innerText.includes("/api/v1/leads")`)
    // What it fetches late, it has fetched.
    yield* Effect.sleep("2 seconds")
    assert.deepStrictEqual(page.complaints(), [])
    const foreign = page
      .requested()
      .filter((url) => !url.startsWith(`${target.url}/`) && !/^(data|blob|about):/.test(url))
    assert.deepStrictEqual(foreign, [])
    assert.isAtLeast(page.requested().filter((url) => url.startsWith(target.url)).length, 3)
  }).pipe(Effect.scoped),
)

it.live("a script that is evaluated, or that asks another host, would be seen", () =>
  Effect.gen(function* () {
    const target = yield* makeTarget({})
    const page = yield* openPage(`${target.url}/docs`)
    yield* page.until(`document.readyState === "complete"`)
    const before = page.complaints().length
    yield* page.evaluate(`fetch("http://127.0.0.1:1/").catch(() => 0)`)
    yield* page.evaluate(
      `document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }))`,
    )
    yield* Effect.sleep("1 second")
    const text = page.complaints().slice(before).join("\n")
    assert.include(text, "connect-src")
    assert.include(text, "script-src")
    assert.notStrictEqual(yield* page.evaluate("window.ran"), true)
  }).pipe(Effect.scoped),
)
