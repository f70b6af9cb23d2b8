import { Effect } from "effect"
import { bytesOf, type FuzzCase, withBytes } from "../generate/Case.ts"
import { makeCase } from "../generate/cases.ts"
import type { Verdict } from "../oracle/Verdict.ts"
import { comparedWithRows } from "./Books.ts"
import type { CaseFinding } from "./CaseFinding.ts"
import { readCorpus } from "./corpus.ts"
import { longPatience, type Patience, shortPatience } from "./exchange.ts"
import { minimise } from "./minimise.ts"
import { readRequests } from "../oracle/RequestReader.ts"
import { runCase } from "./run.ts"
import type { Site } from "./Site.ts"

/** Bytes as a JavaScript text, one line of it for each line of theirs. */
const printable = (bytes: Buffer): string => {
  const shown = bytes.subarray(0, 3_000)
  const text = JSON.stringify(shown.toString("latin1")).replaceAll(
    /[\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  )
  const lines = text.replaceAll("\\r\\n", '\\r\\n"\n      "')
  return shown.length < bytes.length ? `${lines} and ${bytes.length - shown.length} bytes more` : lines
}

/** What is wrong with a case when it is sent alone, what is stored included. */
export const findingsOf = async (
  site: Site,
  of: FuzzCase,
  patience: Patience = longPatience,
): Promise<Verdict["findings"]> => {
  const verdict = await runCase(site, of, readRequests(bytesOf(of)), () => 0, patience)
  return [
    ...verdict.findings,
    ...verdict.excused,
    ...(await Effect.runPromise(comparedWithRows(site, verdict))),
  ]
}

/** What makes a finding, and the shortest request that still does, for people. */
export interface Explanation {
  readonly text: string
  readonly shortest: Buffer | undefined
}

/** Explains a finding: tries its case alone, makes it smaller, and says how to repeat it. */
export const explain = async (site: Site, seed: string, finding: CaseFinding): Promise<Explanation> => {
  const { number, kind, detail } = finding
  const title = `${kind}: ${detail}`
  if (number === undefined) return { text: title, shortest: undefined }
  const of = makeCase(seed, number, readCorpus())
  const about = `  case ${number} (${of.origin}, the ${of.api} api, ${of.ending}, ${of.writes.length} writes)`
  const repeat = `  again: npm run fuzz -- --seed ${seed} --only ${number}`
  const fails = async (candidate: FuzzCase, patience = longPatience) =>
    (await findingsOf(site, candidate, patience)).some((other) => other.kind === kind)
  const original = bytesOf(of)
  if (!(await fails(of))) {
    return { text: [title, `${about}; not when it is sent alone`, repeat].join("\n"), shortest: undefined }
  }
  const atOnce = withBytes(of, original)
  if (!(await fails(atOnce))) {
    const text = [title, `${about}; not when it is written at once`, repeat, `      ${printable(original)}`]
    return { text: text.join("\n"), shortest: undefined }
  }
  // By and by a case that waits in vain would take all the time that there is.
  const tried = await minimise(original, (bytes) => fails(withBytes(of, bytes), shortPatience))
  const shortest = (await fails(withBytes(of, tried))) ? tried : original
  return { text: [title, about, repeat, `      ${printable(shortest)}`].join("\n"), shortest }
}
