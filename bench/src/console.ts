/** Whether each page of the console is there soon after the api's answers, however many leads there are. */
import { PgClient } from "@effect/sql-pg"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { BrowserContext } from "playwright-core"
import { startPostgres } from "./BenchPostgres.ts"
import { startBrowser } from "./Browser.ts"
import { freePort } from "./freePort.ts"
import { markdownTable } from "./markdownTable.ts"
import { answers, startProgram } from "./Program.ts"
import { countTimeline } from "./size/countTimeline.ts"
import { growTo } from "./size/generate.ts"
import { sizesOf } from "./size/sizesOf.ts"
import { quantile } from "./statistics.ts"

const program = fileURLToPath(new URL("../../apps/cli/src/main.ts", import.meta.url))

/** The pages, and lists with filters; the ids are of leads in the middle. */
const pathsOf = (leads: number): ReadonlyArray<string> => [
  "/console",
  "/console?span=7d",
  "/console?span=30d",
  "/console/leads",
  "/console/leads?status=DELIVERED",
  "/console/leads?status=PERMANENTLY_FAILED",
  "/console/leads?reason=ZIP_NOT_66XXX",
  "/console/leads?customer=default",
  `/console/leads/${Math.round(leads / 2)}`,
  "/console/failures",
  "/console/customers",
  "/console/rules",
  "/console/unmapped",
  "/console/health",
  "/console/access",
]

interface Visit {
  readonly requests: number
  /** The slowest of the api's answers, by the browser's clock. */
  readonly answerMs: number
  /** From the end of the last answer until the page with it was drawn. */
  readonly afterMs: number
}

/** Whether a page shows its answers. */
const isThere = `document.querySelector('main[aria-busy="false"] h1') && !document.querySelector(".skeleton")`

/** Notes when the page is there: after the change that shows the last answer, and its frame. */
const noteThere = `new MutationObserver((_, observer) => {
  if (!(${isThere})) return
  observer.disconnect()
  requestAnimationFrame(() => setTimeout(() => (window.thereAt = performance.now())))
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })`

/** The page's policy lets no text be a script, so that the driver cannot wait by itself. */
const waitThere = `new Promise((resolve) => {
  const timer = setInterval(() => {
    if (window.thereAt === undefined) return
    clearInterval(timer)
    resolve()
  }, 10)
})`

const readVisit = `(() => {
  const asked = performance.getEntriesByType("resource").filter(({ name }) =>
    /^[/](api|health)[/]/.test(new URL(name).pathname) && !name.endsWith("/api/v1/events"))
  return {
    requests: asked.length,
    answerMs: Math.max(0, ...asked.map(({ requestStart, responseEnd }) => responseEnd - requestStart)),
    afterMs: window.thereAt - Math.max(0, ...asked.map(({ responseEnd }) => responseEnd)),
  }
})()`

/** Makes a database of so many leads, opens each page so many times and once before, and prints the medians and extremes. */
export const consolePages = Effect.fnUntraced(function* (options: {
  readonly leads: string
  readonly postgres: string | undefined
  readonly rounds: number
}) {
  const [leads = 0] = sizesOf(options.leads)
  const folder = yield* scratchFolder({
    config: fileURLToPath(new URL("../../config", import.meta.url)),
    migrations: fileURLToPath(new URL("../../migrations", import.meta.url)),
  })
  const postgres = yield* startPostgres({
    dataDir: join(folder, "data"),
    binDir: options.postgres,
    watchesStatements: false,
  })
  const { url: databaseUrl } = yield* postgres.fresh
  const migrate = yield* startProgram({
    program,
    args: ["migrate", "up"],
    cwd: folder,
    env: { DATABASE_URL: databaseUrl },
    reads: true,
  })
  if ((yield* migrate.code) !== 0) throw new Error(yield* migrate.output)
  yield* Effect.gen(function* () {
    yield* growTo(leads)
    yield* countTimeline
    yield* PgClient.PgClient.use((sql) => sql.unsafe("VACUUM (ANALYZE)").unprepared)
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(databaseUrl) })))

  const port = yield* freePort
  const url = `http://127.0.0.1:${port}`
  const api = yield* startProgram({
    program,
    args: ["api"],
    cwd: folder,
    env: {
      API_HOST: "127.0.0.1",
      API_PORT: String(port),
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: "warn",
      QUEUE_TYPE: "database",
    },
  })
  yield* api.ready(answers(`${url}/readyz`))
  const context = yield* startBrowser(folder)
  yield* Effect.promise(() => context.addInitScript({ content: noteThere }))
  const rows: Array<Record<string, string>> = []
  for (const path of pathsOf(leads)) {
    const visits: Array<Visit> = []
    for (let round = 0; round <= options.rounds; round++) {
      const visited = yield* Effect.promise(() => visit(context, `${url}${path}`))
      // The first one loads the program, and compiles it.
      if (round > 0) visits.push(visited)
    }
    rows.push(rowOf(path, visits))
  }
  console.log(`Postgres ${postgres.version}, ${leads} leads, ${options.rounds} visits of each page`)
  console.log(markdownTable(rows))
}, Effect.scoped)

const visit = async (context: BrowserContext, url: string): Promise<Visit> => {
  const page = await context.newPage()
  try {
    await page.goto(url)
    await page.evaluate(waitThere)
    return await page.evaluate(readVisit)
  } finally {
    await page.close()
  }
}

const rowOf = (path: string, visits: ReadonlyArray<Visit>): Record<string, string> => {
  const spread = (times: ReadonlyArray<number>) => {
    const [median, least, most] = [0.5, 0, 1].map((part) => quantile(times, part).toFixed(0))
    return `${median} (${least}..${most})`
  }
  return {
    page: path,
    requests: String(Math.max(...visits.map(({ requests }) => requests))),
    "slowest answer, ms": spread(visits.map(({ answerMs }) => answerMs)),
    "there after it, ms": spread(visits.map(({ afterMs }) => afterMs)),
  }
}
