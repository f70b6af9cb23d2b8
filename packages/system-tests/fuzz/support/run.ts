import { Effect } from "effect"
import { bytesOf, type FuzzCase } from "../generate/Case.ts"
import { makeCase } from "../generate/cases.ts"
import { judge, type Verdict } from "../oracle/judge.ts"
import { readRequests, type Stream } from "../oracle/RequestReader.ts"
import { type CaseFinding, makeBooks } from "./Books.ts"
import { readCorpus } from "./corpus.ts"
import { exchange } from "./exchange.ts"
import { type Outage, outputFindings } from "./outputFindings.ts"
import { peakOf, type Site } from "./Site.ts"

/** What to run. */
export interface RunOptions {
  readonly seed: string
  /** How many requests at least, the corpus included. */
  readonly requests: number
  readonly connections: number
  /** Whether Postgres is stopped and started in the middle. */
  readonly outage: boolean
  /** The most memory that each process may have had resident. */
  readonly memoryMiB: number
  readonly progress?: (text: string) => void
}

/** How a run went. */
export interface RunReport {
  readonly cases: number
  readonly requests: number
  readonly statuses: Readonly<Record<string, number>>
  readonly acknowledged: number
  readonly stored: number
  readonly hidden: number
  readonly peaksMiB: Readonly<Record<string, number>>
  readonly findings: ReadonlyArray<CaseFinding>
}

/** How many requests a connection sends: whole ones, and the rest. */
const countOf = ({ requests, tail }: Stream): number => requests.length + (tail.kind === "clean" ? 0 : 1)

/** Sends one case and judges it. `outages` counts those that have begun or ended so far. */
export const runCase = async (
  site: Site,
  of: FuzzCase,
  stream: Stream = readRequests(bytesOf(of)),
  outages: () => number = () => 0,
): Promise<Verdict> => {
  const before = outages()
  const { port } = of.auth ? site.guarded : site.open
  const observed = await exchange(of, stream, port)
  return judge(of, stream, { ...observed, duringOutage: before % 2 === 1 || outages() !== before })
}

/** Runs the cases of a seed, several connections at once, and balances the books. */
export const run = Effect.fnUntraced(function* (site: Site, options: RunOptions) {
  const corpus = readCorpus()
  const books = makeBooks(site)
  const findings: Array<CaseFinding> = []
  const statuses: Record<string, number> = {}
  const outages: Array<Outage> = []
  const underWay = new Set<number>()
  let [number, requests, changes] = [0, 0, 0]
  const hasDied = () => site.services.some((service) => service.ended() !== undefined)

  const connection = async () => {
    while (requests < options.requests && !hasDied()) {
      const of = makeCase(options.seed, ++number, corpus)
      const stream = readRequests(bytesOf(of))
      requests += countOf(stream)
      underWay.add(of.number)
      const verdict = await runCase(site, of, stream, () => changes)
      if (!hasDied()) underWay.delete(of.number)
      books.add(of.number, verdict)
      for (const status of verdict.statuses) statuses[status] = (statuses[status] ?? 0) + 1
      for (const finding of verdict.findings) findings.push({ number: of.number, ...finding })
      if (of.number % 2_000 === 0) options.progress?.(`${requests} requests, ${books.acknowledged()} leads`)
    }
  }

  const stopPostgres = Effect.gen(function* () {
    while (requests < options.requests / 2 && !hasDied()) yield* Effect.sleep(20)
    const from = Date.now()
    changes++
    yield* site.postgres.restart("fast")
    yield* Effect.sleep("500 millis")
    // A process that died is a finding, which follows.
    yield* Effect.ignoreCause(site.ready)
    yield* Effect.sleep("500 millis")
    changes++
    outages.push({ from, to: Date.now() + 500 })
  })
  const pump = Effect.promise(() => Promise.all(Array.from({ length: options.connections }, connection)))
  yield* Effect.all([pump, options.outage ? stopPostgres : Effect.void], { concurrency: 2 })

  const peaks = site.services.map((service) => [service.name, Math.round(peakOf(service) ?? 0)] as const)
  const deaths = site.services.flatMap((service) => {
    const detail = service.ended()
    return detail === undefined ? [] : [`${detail}; under way were ${[...underWay].join(", ")}`]
  })
  const balance = deaths.length > 0 ? { stored: 0, hidden: 0, findings: [] } : yield* books.balance
  const general = (kind: string) => (detail: string) => ({ number: undefined, kind, detail })
  const report: RunReport = {
    cases: number,
    requests,
    statuses,
    acknowledged: books.acknowledged(),
    stored: balance.stored,
    hidden: balance.hidden,
    peaksMiB: Object.fromEntries(peaks),
    findings: [
      ...deaths.map(general("a process died")),
      ...findings,
      ...balance.findings,
      ...peaks
        .filter(([, peak]) => peak > options.memoryMiB)
        .map(([name, peak]) => general("too much memory")(`${name} had ${peak} MiB resident`)),
      ...outputFindings(site.services, outages),
    ],
  }
  return report
})
