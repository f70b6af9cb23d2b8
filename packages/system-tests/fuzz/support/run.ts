import { Effect } from "effect"
import { bytesOf, type FuzzCase } from "../generate/Case.ts"
import { makeCase } from "../generate/cases.ts"
import { judge } from "../oracle/judge.ts"
import type { Verdict } from "../oracle/Verdict.ts"
import { readRequests } from "../oracle/RequestReader.ts"
import type { Stream } from "../oracle/Stream.ts"
import { makeBooks } from "./Books.ts"
import type { CaseFinding } from "./CaseFinding.ts"
import { readCorpus } from "./corpus.ts"
import { exchange, longPatience, type Patience } from "./exchange.ts"
import { leaksOf } from "./leaks.ts"
import { type Outage, outputFindings } from "./outputFindings.ts"
import { peakOf, type Site } from "./Site.ts"

/** What to run. */
export interface RunOptions {
  readonly seed: string
  /** The number of the first case; 1 unless set. */
  readonly from?: number | undefined
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
  /** Answered as an earlier webhook was. */
  readonly duplicates: number
  readonly stored: number
  readonly hidden: number
  /** Cases that were refused or not answered for lack of time, on a machine with other work, and were right alone. */
  readonly sentAgain: number
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
  patience: Patience = longPatience,
): Promise<Verdict> => {
  const before = outages()
  const from = performance.now()
  const { port } = site[of.api]
  const observed = await exchange(of, stream, port, patience)
  return judge(of, stream, {
    ...observed,
    duringOutage: before % 2 === 1 || outages() !== before,
    onSharedMachine: site.machine.wasShared(from, performance.now()),
  })
}

/** Runs the cases of a seed, several connections at once, and balances the books. */
export const run = Effect.fnUntraced(function* (site: Site, options: RunOptions) {
  const corpus = readCorpus()
  const books = makeBooks(site)
  const findings: Array<CaseFinding> = []
  const statuses: Record<string, number> = {}
  const outages: Array<Outage> = []
  const underWay = new Set<number>()
  const excused: Array<number> = []
  const before = (options.from ?? 1) - 1
  let [number, requests, changes] = [before, 0, 0]
  const hasDied = () => site.services.some((service) => service.ended() !== undefined)

  const send = async (of: FuzzCase, stream: Stream) => {
    underWay.add(of.number)
    const verdict = await runCase(site, of, stream, () => changes)
    if (!hasDied()) underWay.delete(of.number)
    books.add(of.number, verdict)
    for (const finding of verdict.findings) findings.push({ number: of.number, ...finding })
    return verdict
  }

  const connection = async () => {
    while (requests < options.requests && !hasDied()) {
      const of = makeCase(options.seed, ++number, corpus)
      const stream = readRequests(bytesOf(of))
      requests += countOf(stream)
      const verdict = await send(of, stream)
      if (verdict.excused.length > 0) excused.push(of.number)
      for (const status of verdict.statuses) statuses[status] = (statuses[status] ?? 0) + 1
      if (of.number % 2_000 === 0) options.progress?.(`${requests} requests, ${books.acknowledged()} leads`)
    }
  }

  /** What the machine's other work explains must not be found again when the case is sent alone. */
  const sendAgain = async () => {
    for (const again of excused) {
      if (hasDied()) return
      const of = makeCase(options.seed, again, corpus)
      const verdict = await send(of, readRequests(bytesOf(of)))
      for (const finding of verdict.excused) findings.push({ number: again, ...finding })
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
  yield* Effect.promise(sendAgain)

  const peaks = site.services.map((service) => [service.name, Math.round(peakOf(service) ?? 0)] as const)
  const deaths = site.services.flatMap((service) => {
    const detail = service.ended()
    return detail === undefined ? [] : [`${detail}; under way were ${[...underWay].join(", ")}`]
  })
  const balance = deaths.length > 0 ? { stored: 0, hidden: 0, findings: [] } : yield* books.balance
  const leaks = deaths.length > 0 ? [] : yield* leaksOf(site)
  const general = (kind: string) => (detail: string) => ({ number: undefined, kind, detail })
  const report: RunReport = {
    cases: number - before,
    requests,
    statuses,
    acknowledged: books.acknowledged(),
    duplicates: books.duplicates(),
    stored: balance.stored,
    hidden: balance.hidden,
    sentAgain: excused.length,
    peaksMiB: Object.fromEntries(peaks),
    findings: [
      ...deaths.map(general("a process died")),
      ...findings,
      ...balance.findings,
      ...leaks,
      ...peaks
        .filter(([, peak]) => peak > options.memoryMiB)
        .map(([name, peak]) => general("too much memory")(`${name} had ${peak} MiB resident`)),
      ...outputFindings(site.services, outages),
    ],
  }
  return report
})
