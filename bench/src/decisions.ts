/** How many leads a second one core decides on, next to others that make the same checks. */
import { ajv, jsonRulesEngine, zod } from "./decisions/others.ts"
import { flow, leadRules, shippedChecks } from "./decisions/ours.ts"
import { samplesFor, twoHundredChecks } from "./decisions/samples.ts"
import type { Check, Decide, Payload } from "./decisions/Check.ts"
import { quantile } from "./statistics.ts"

const rounds = 11
const roundMs = 200

/** Who is measured, each made ready for the checks. All but the last do nothing but these. */
const contenders = {
  "lead-rules": leadRules,
  ajv,
  zod,
  "json-rules-engine": jsonRulesEngine,
  "lead-pipeline": flow,
} as const

/** Fails if any two disagree on any payload, or if not about half of them pass. */
const agree = async (
  deciders: ReadonlyMap<string, Decide>,
  payloads: ReadonlyArray<Payload>,
): Promise<void> => {
  let passed = 0
  for (const payload of payloads) {
    const verdicts = await Promise.all(
      [...deciders].map(async ([name, decide]) => [name, await decide(payload)] as const),
    )
    if (new Set(verdicts.map(([, verdict]) => verdict)).size !== 1) {
      throw new Error(`they disagree: ${JSON.stringify(verdicts)} on ${JSON.stringify(payload)}`)
    }
    if (verdicts[0]?.[1] === true) passed++
  }
  const share = passed / payloads.length
  if (share < 0.4 || share > 0.6) throw new Error(`${passed} of ${payloads.length} payloads pass`)
}

/** Decisions a second. Does not await what is no promise: that alone would cost more than a decision. */
const rate = async (decide: Decide, payloads: ReadonlyArray<Payload>): Promise<number> => {
  const began = performance.now()
  let decided = 0
  let elapsed = 0
  while (elapsed < roundMs) {
    for (const payload of payloads) {
      const verdict = decide(payload)
      if (typeof verdict !== "boolean") await verdict
    }
    decided += payloads.length
    elapsed = performance.now() - began
  }
  return decided / (elapsed / 1000)
}

const grouped = (value: number) => Math.round(value).toLocaleString("en").padStart(12)

const compare = async (title: string, checks: ReadonlyArray<Check>, payloads: ReadonlyArray<Payload>) => {
  const deciders = new Map(Object.entries(contenders).map(([name, make]) => [name, make(checks)]))
  await agree(deciders, payloads)
  const rates = new Map([...deciders.keys()].map((name) => [name, [] as Array<number>]))
  const turns = [...deciders]
  // The first two rounds are for the compiler.
  for (let round = -2; round < rounds; round++) {
    for (const [name, decide] of turns) {
      const measured = await rate(decide, payloads)
      if (round >= 0) rates.get(name)?.push(measured)
    }
    // Forwards, then backwards, so that nobody always sweeps up after the same other.
    turns.reverse()
  }
  const ours = quantile(rates.get("lead-rules") ?? [], 0.5)
  console.log(`\n${title}\n${"decisions/s".padEnd(20)}      median         25%         75%   lead-rules is`)
  for (const [name, measured] of rates) {
    const [median, low, high] = [0.5, 0.25, 0.75].map((share) => quantile(measured, share))
    // The whole decision does more than the rest.
    const ratio =
      name === "lead-pipeline" ? "" : `${(ours / (median ?? Number.NaN)).toFixed(2)} ×`.padStart(16)
    console.log(
      `${name.padEnd(20)}${[median, low, high].map((value) => grouped(value ?? Number.NaN)).join("")}${ratio}`,
    )
  }
}

/** Two tables: the shipped rules, and two hundred. `lead-pipeline` also normalises and maps what passes. */
export const decisions = async (): Promise<void> => {
  console.log(
    `one process, payloads parsed before, ${rounds} rounds of ${roundMs} ms each in turn, Node ${process.version}`,
  )
  await compare("the shipped flow: 2 rules", shippedChecks, samplesFor(shippedChecks, 1000))
  await compare("200 rules over 48 fields", twoHundredChecks, samplesFor(twoHundredChecks, 400))
}
