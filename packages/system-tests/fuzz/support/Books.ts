import { TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { inFlight, query } from "../../faults/support/Rows.ts"
import { until } from "../../faults/support/until.ts"
import { secrets } from "../generate/apis.ts"
import type { Finding } from "../oracle/form.ts"
import type { Verdict } from "../oracle/Verdict.ts"
import { meaningOf, readJson } from "../oracle/JsonReader.ts"
import type { CaseFinding } from "./CaseFinding.ts"
import { makeKeyBook } from "./KeyBook.ts"
import type { Site } from "./Site.ts"

/** What was acknowledged during a run, to be compared with what is stored. */
export interface Books {
  readonly add: (number: number, verdict: Verdict) => void
  readonly acknowledged: () => number
  readonly duplicates: () => number
  /** Waits until all leads have ended, and compares everything. */
  readonly balance: Effect.Effect<Balance>
}

/** How the books balance. */
export interface Balance {
  readonly stored: number
  /** Stored without a 200 that anybody saw. */
  readonly hidden: number
  readonly findings: ReadonlyArray<CaseFinding>
}

/** Empty if nobody can say what it means. */
const digest = (meaning: string): string =>
  meaning === "" ? "" : createHash("sha256").update(meaning).digest("base64")

/** The meaning of JSON text. */
const meaningOfText = (text: string): string => {
  const read = readJson(text)
  return read === undefined ? "no JSON" : meaningOf(read.value)
}

interface Row {
  readonly id: number
  readonly payload: string
  /** The mark of the request that generated it, unless a mutation removed that. */
  readonly mark: string | null
}

const rowsAfter = (site: Site, id: number) =>
  query<Row>(
    site.postgres.url,
    `SELECT id::float8 AS id, raw_payload::text AS payload, raw_payload ->> 'source' AS mark FROM inbound_lead WHERE id > ${id} ORDER BY id LIMIT 500`,
  )

/** The findings of leads that were acknowledged and are stored otherwise, or not at all. */
export const comparedWithRows = Effect.fnUntraced(function* (site: Site, { acknowledged }: Verdict) {
  const findings: Array<Finding> = []
  for (const { leadId, meaning } of acknowledged) {
    const [row] = yield* rowsAfter(site, leadId - 1)
    if (row?.id !== leadId) findings.push({ kind: "lost", detail: `lead ${leadId} is not stored` })
    else if (meaning !== "" && meaningOfText(row.payload) !== meaning) findings.push(storedOtherwise(leadId))
  }
  return findings
})

const storedOtherwise = (id: number): Finding => ({
  kind: "stored otherwise",
  detail: `lead ${id} means something else than what was sent`,
})

/** Empty books of a site. */
export const makeBooks = (site: Site): Books => {
  const acknowledged = new Map<number, { readonly number: number; readonly hash: string }>()
  const unseen = new Map<string, number>()
  const twice: Array<CaseFinding> = []
  const keys = makeKeyBook()

  /** Compares each row, and each history of some, with what was acknowledged. */
  const compare = Effect.fnUntraced(function* () {
    const findings: Array<CaseFinding> = [...twice]
    const missing = new Set(acknowledged.keys())
    const repeated = keys.leads()
    let [last, stored, hidden] = [0, 0, 0]
    for (;;) {
      const rows = yield* rowsAfter(site, last)
      for (const { id, mark, payload } of rows) {
        last = id
        stored++
        const hash = digest(meaningOfText(payload))
        const known = acknowledged.get(id)
        missing.delete(id)
        for (const { number, meanings } of repeated.get(id) ?? []) {
          const isRight = meanings.some((meaning) => meaning === "" || digest(meaning) === hash)
          if (!isRight) findings.push({ number, ...storedOtherwise(id) })
        }
        repeated.delete(id)
        if (known === undefined) {
          // Of some it is not known what they mean.
          const allowance = (unseen.get(hash) ?? 0) > 0 ? hash : ""
          const left = unseen.get(allowance) ?? 0
          if (left > 0) hidden++
          else
            findings.push({
              number: undefined,
              kind: "never acknowledged",
              detail: `lead ${id} of ${mark}: ${payload.slice(0, 200)}`,
            })
          unseen.set(allowance, left - 1)
        } else if (known.hash !== "" && known.hash !== hash)
          findings.push({ number: known.number, ...storedOtherwise(id) })
        else if (stored % 25 === 0) findings.push(...(yield* shown(id, known)))
      }
      if (rows.length === 0) break
    }
    const lost = (number: number | undefined, id: number) =>
      findings.push({ number, kind: "lost", detail: `lead ${id} is not stored` })
    for (const id of missing) lost(acknowledged.get(id)?.number, id)
    for (const [id, [first]] of repeated) lost(first?.number, id)
    findings.push(...keys.findings())
    return { stored, hidden, findings }
  })

  /** Compares a history, as an operator reads it. */
  const shown = (id: number, known: { readonly number: number; readonly hash: string }) =>
    Effect.promise(async (): Promise<ReadonlyArray<CaseFinding>> => {
      const url = `http://localhost:${site.guarded.port}/stats/leads/${id}/history`
      const answer = await fetch(url, { headers: { authorization: `Bearer ${secrets.operator}` } })
      const read = readJson(await answer.text())
      const payload = read?.value.kind === "object" ? read.value.entries.get("raw_payload") : undefined
      if (payload !== undefined && ["", digest(meaningOf(payload))].includes(known.hash)) return []
      return [
        {
          number: known.number,
          kind: "shown otherwise",
          detail: `the history of lead ${id}: ${answer.status}`,
        },
      ]
    })

  return {
    add: (number, verdict) => {
      keys.add(number, verdict)
      for (const { leadId, meaning } of verdict.acknowledged) {
        if (acknowledged.has(leadId)) {
          twice.push({
            number,
            kind: "acknowledged twice",
            detail: `lead ${leadId} was answered to two requests`,
          })
        }
        acknowledged.set(leadId, { number, hash: digest(meaning) })
      }
      for (const { meaning } of verdict.unseen) {
        const hash = digest(meaning)
        unseen.set(hash, (unseen.get(hash) ?? 0) + 1)
      }
    },
    acknowledged: () => acknowledged.size,
    duplicates: keys.duplicates,
    balance: Effect.gen(function* () {
      const haveEnded = yield* until(
        Effect.map(inFlight(site.postgres.url), (leads) => leads === 0),
        300_000,
        250,
      )
      const { stored, hidden, findings } = yield* compare()
      const ends = haveEnded
        ? []
        : [{ number: undefined, kind: "leads that do not end", detail: "within 5 minutes" }]
      return { stored, hidden, findings: [...findings, ...ends, ...(yield* ledger(site, stored))] }
    }).pipe(Effect.orDie),
  }
}

/** Runs `lead-gateway ledger`, which must balance. */
const ledger = Effect.fnUntraced(function* (site: Site, stored: number) {
  const { lines, exited } = yield* TestProcess.spawn({
    program: commandLine,
    args: ["ledger", "--json"],
    env: { DATABASE_URL: site.postgres.url },
  })
  const { code } = yield* exited
  const isBalanced = code === 0 && lines().some((line) => line.includes(`"received":${stored},`))
  const finding = {
    number: undefined,
    kind: "the ledger does not balance",
    detail: lines().join(" ").slice(0, 1_000),
  }
  return isBalanced ? [] : [finding]
}, Effect.scoped)
