/**
 * `npm run fuzz [-- --seed N --requests N --from N --only N --connections N --explain N --keep <folder>]`: the corpus and thousands of generated
 * requests against real processes. See README.md.
 *
 * The seed determines every byte of every case; how connections overlap differs from run to run. Exits with 1 if anything is
 * wrong.
 */
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makeCase } from "./generate/cases.ts"
import { readCorpus } from "./support/corpus.ts"
import { explain, findingsOf } from "./support/explain.ts"
import { run } from "./support/run.ts"
import { makeSite } from "./support/Site.ts"

const { values: given } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    requests: { type: "string", default: "100000" },
    connections: { type: "string", default: "24" },
    from: { type: "string", default: "1" },
    only: { type: "string" },
    explain: { type: "string", default: "8" },
    keep: { type: "string" },
  },
})
const { seed } = given

const print = (text: string) => process.stdout.write(`${text}\n`)

const onlyOne = Effect.fnUntraced(function* (number: number) {
  const site = yield* makeSite
  const findings = yield* Effect.promise(() => findingsOf(site, makeCase(seed, number, readCorpus())))
  for (const finding of findings) {
    print((yield* Effect.promise(() => explain(site, seed, { number, ...finding }))).text)
  }
  print(findings.length === 0 ? `case ${number} of seed ${seed}: nothing wrong` : "")
  return findings.length === 0 ? 0 : 1
}, Effect.scoped)

const all = Effect.gen(function* () {
  if (given.keep !== undefined) mkdirSync(given.keep, { recursive: true })
  const began = performance.now()
  const site = yield* makeSite
  const { findings, ...report } = yield* run(site, {
    seed,
    from: Number(given.from),
    requests: Number(given.requests),
    connections: Number(given.connections),
    outage: true,
    memoryMiB: 512,
    progress: print,
  })
  print(JSON.stringify({ seed, ...report, seconds: Math.round((performance.now() - began) / 1000) }, null, 2))
  const kinds = Map.groupBy(findings, ({ kind }) => kind)
  for (const [kind, every] of kinds) {
    const numbers = every.flatMap(({ number }) => number ?? []).slice(0, 10)
    print(
      `${every.length} × ${kind}: ${numbers.length > 0 ? `cases ${numbers.join(", ")}` : every[0]?.detail}`,
    )
  }
  for (const [kind, [first, ...others]] of [...kinds].slice(0, Number(given.explain))) {
    if (first === undefined) continue
    const { text, shortest } = yield* Effect.promise(() => explain(site, seed, first))
    print(`\n${text}${others.length === 0 ? "" : `\n  and ${others.length} more of this kind`}`)
    if (given.keep !== undefined && shortest !== undefined) {
      const name = `${kind.replaceAll(/\W+/g, "-")}-${seed}-${first.number}.http`
      yield* Effect.sync(() => writeFileSync(join(given.keep ?? "", name), shortest))
    }
  }
  print(`\n${report.requests} requests, ${report.stored} leads, ${findings.length} findings`)
  return findings.length === 0 ? 0 : 1
}).pipe(Effect.scoped)

print(`seed ${seed}`)
process.exitCode = await Effect.runPromise(given.only === undefined ? all : onlyOne(Number(given.only)))
