import { type Facts, type LeadFacts, perLead } from "./Facts.ts"
import {
  allIsSeen,
  answersAreReal,
  type Cause,
  causesOfRepeats,
  endsAsItMust,
  nothingAfterSuccess,
  onRecordBefore,
  oneOwner,
  sameRequest,
  terminalIsFinal,
} from "./leadRules.ts"
import { rulesByNumber } from "./rulesByNumber.ts"
import { personal } from "./SampleLead.ts"

/** The books of one run. Numbers are leads. */
export interface Balance {
  /** Answered 200. */
  readonly accepted: number
  /** Stored leads: those answered 200, and those whose 200 was lost or became a 503. */
  readonly stored: number
  readonly delivered: number
  readonly rejected: number
  /** Parked, or failed for good. */
  readonly failed: number
  /** Leads that the customer got more than once, and the causes of the further times. */
  readonly sentTwice: number
  readonly causes: Readonly<Partial<Record<Cause, number>>>
  /** Acknowledged but not stored, or recorded as delivered although the customer never answered 2xx. */
  readonly lost: number
  /** Neither ended nor parked; stored but never sent to us; or sent to the customer without being stored. */
  readonly unaccounted: number
  /** What is wrong, one sentence each. Empty: the books balance. */
  readonly findings: ReadonlyArray<string>
}

const timelessRules = [endsAsItMust, sameRequest, answersAreReal]

const leadRules = [...timelessRules, onRecordBefore, oneOwner, nothingAfterSuccess, terminalIsFinal]

/** Instead of those that compare times of Postgres. */
const countedRules = [...timelessRules, ...rulesByNumber]

const isAtRest = ({ row }: LeadFacts) =>
  ["REJECTED", "DELIVERED", "PERMANENTLY_FAILED"].includes(row.status) ||
  (row.status === "FAILED" && row.reason === "MISSING_REQUIRED_FIELD")

const statuses = ["received", "rejected", "ready", "delivered", "failed", "permanently_failed"] as const

const countsAgree = ({ counts, rows }: Facts): ReadonlyArray<string> => {
  const byStatus = Map.groupBy(rows.leads, (row) => row.status.toLowerCase())
  const wrong = statuses.flatMap((status) => {
    const found = byStatus.get(status)?.length ?? 0
    return counts[status] === found ? [] : [`counts say ${counts[status]} ${status}, rows ${found}`]
  })
  const total = rows.leads.length
  return counts.total === total ? wrong : [...wrong, `counts say ${counts.total} in all, rows ${total}`]
}

const crashed = /unhandled|uncaught|^\s+at .+:\d+:\d+\)?$|\\n\s+at \S+.*:\d+:\d+/i

const outputIsClean = (output: ReadonlyArray<string>): ReadonlyArray<string> => {
  const told = output.filter((line) => personal.some((word) => line.includes(word)))
  const broken = output.filter((line) => crashed.test(line))
  return [
    ...told.slice(0, 3).map((line) => `personal data in the log: ${line.slice(0, 300)}`),
    ...broken.slice(0, 3).map((line) => `an error nobody handled: ${line.slice(0, 600)}`),
  ]
}

const senderRules = ({ rows, sent }: Facts): ReadonlyArray<string> => {
  const ofUid = Map.groupBy(rows.leads, (row) => row.uid)
  return sent.flatMap((lead) => {
    const stored = ofUid.get(lead.uid)?.length ?? 0
    return [
      ...lead.refusals.map((refusal) => `${lead.uid} was answered ${refusal}`),
      ...(lead.leadId === undefined && lead.refusals.length === 0 ? [`${lead.uid} was never taken`] : []),
      ...(stored > lead.tries
        ? [`${lead.uid} was posted ${lead.tries} times and stored ${stored} times`]
        : []),
    ]
  })
}

/** One try stores one row at most. */
const triesStoreOnce = ({ rows }: Facts): ReadonlyArray<string> =>
  [...Map.groupBy(rows.leads, (row) => row.correlationId)].flatMap(([correlationId, all]) =>
    all.length > 1 ? [`the one try ${correlationId} is stored ${all.length} times`] : [],
  )

/** No two leads share an idempotency key: a customer would treat the second as a repetition. */
const keysAreOwn = ({ exchanges }: Facts): ReadonlyArray<string> =>
  [...Map.groupBy(exchanges, (exchange) => exchange.idempotencyKey)].flatMap(([key, all]) =>
    new Set(all.map((exchange) => exchange.correlationId)).size > 1 ? [`several leads share key ${key}`] : [],
  )

/** Balances the books of a run that has come to rest. */
export const balance = (facts: Facts): Balance => {
  const basic = facts.databaseTimeJumps === true ? countedRules : leadRules
  const rules = facts.outcomesMayBeLost ? basic : [...basic, allIsSeen]
  const { leads, strangers } = perLead(facts)
  const rows = new Map(leads.map((lead) => [lead.row.id, lead]))
  const count = (...all: ReadonlyArray<string>) => leads.filter(({ row }) => all.includes(row.status)).length

  const absent = facts.sent.filter(
    ({ leadId, uid }) => leadId !== undefined && rows.get(leadId)?.row.uid !== uid,
  )
  const notThere = leads.filter(
    ({ row, exchanges }) =>
      row.status === "DELIVERED" &&
      !exchanges.some(({ status }) => status !== undefined && status >= 200 && status < 300),
  )
  const restless = leads.filter((lead) => !isAtRest(lead))
  const unsent = leads.filter((lead) => lead.sent === undefined)
  const repeats = leads.map(causesOfRepeats).filter((causes) => causes.length > 0)
  const causes = Object.fromEntries(
    [...Map.groupBy(repeats.flat(), (cause) => cause)].map(([cause, all]) => [cause, all.length]),
  )

  return {
    accepted: facts.sent.filter((lead) => lead.leadId !== undefined).length,
    stored: leads.length,
    delivered: count("DELIVERED"),
    rejected: count("REJECTED"),
    failed:
      count("PERMANENTLY_FAILED") +
      leads.filter((lead) => lead.row.status === "FAILED" && isAtRest(lead)).length,
    sentTwice: repeats.length,
    causes,
    lost: absent.length + notThere.length,
    unaccounted: restless.length + unsent.length + strangers.length,
    findings: [
      ...absent.map(({ leadId, uid }) => `${uid} was answered 200 with id ${leadId} and is not stored`),
      ...unsent.map(({ row }) => `lead ${row.id} (${row.uid}) was stored, and nobody sent it so`),
      ...strangers.map(
        ({ correlationId }) => `the customer was sent "${correlationId}", which is not stored`,
      ),
      ...leads.flatMap((lead) =>
        [
          ...rules.flatMap((rule) => rule(lead)),
          ...causesOfRepeats(lead)
            .filter((cause) => cause === "no cause")
            .map(() => "sent once more without a cause"),
        ].map((wrong) => `lead ${lead.row.id} (${lead.row.uid}): ${wrong}`),
      ),
      ...senderRules(facts),
      ...triesStoreOnce(facts),
      ...keysAreOwn(facts),
      ...countsAgree(facts),
      ...outputIsClean(facts.output),
      ...facts.ended,
    ],
  }
}
