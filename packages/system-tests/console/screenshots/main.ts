/**
 * `npm run screenshots`: every page of the console in both themes, into `docs/console/`. With a name, such as `npm run
 * screenshots -- lead`, that page alone. What they show is made up, and the same in each run but for some durations.
 */
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { inRepository } from "../../faults/support/places.ts"
import { makeConsole, settled } from "../support/Console.ts"
import { pages } from "../support/pages.ts"
import { startDemo } from "./demo.ts"
import { smallPng } from "./smallPng.ts"
import { showSameTimes } from "./sameTimes.ts"

const folder = inRepository("docs/console")
const wanted = process.argv.slice(2)

/** What is done on a page before its picture is taken. */
const scenes: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  lead: async (page) => {
    await page.getByRole("button", { name: "Show values" }).click()
    await page.getByText("@example.com").first().waitFor()
  },
  unmapped: async (page) => {
    await page.getByRole("combobox").first().selectOption({ index: 1 })
  },
}

/** A lead that was delivered at its second attempt, and other paths as they are. */
const pathOf = async (url: string, name: keyof typeof pages): Promise<string> => {
  if (name === "overview") return `${pages.overview}?span=30d`
  if (name !== "lead") return pages[name]
  interface List {
    readonly data: ReadonlyArray<{ readonly id: number; readonly attempts: number }>
  }
  const { data } = (await (await fetch(`${url}/api/v1/leads?status=DELIVERED&limit=200`)).json()) as List
  return `/console/leads/${data.find(({ attempts }) => attempts === 2)?.id ?? data[0]?.id}`
}

const program = Effect.gen(function* () {
  const url = yield* startDemo
  const visit = yield* makeConsole(url)
  yield* Effect.promise(async () => {
    mkdirSync(folder, { recursive: true })
    const { faults, open, page } = await visit({ width: 1440 })
    await showSameTimes(page)
    for (const name of Object.keys(pages) as ReadonlyArray<keyof typeof pages>) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      await open(await pathOf(url, name))
      await scenes[name]?.(page)
      await settled(page)
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
        const png = smallPng(await page.screenshot())
        writeFileSync(join(folder, `${name}-${colorScheme}.png`), png)
        process.stdout.write(`${name}-${colorScheme}.png ${Math.round(png.length / 1000)} kB\n`)
      }
    }
    if (faults.length > 0) throw new Error(faults.join("\n"))
  })
}).pipe(Effect.scoped)

await Effect.runPromise(program)
