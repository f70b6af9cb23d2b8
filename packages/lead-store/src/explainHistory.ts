/**
 * A lead's history in sentences, for people who neither know states nor read JSON: what came, what was decided and why,
 * what the customer answered and whose fault it was, and, as the last sentence, what happens next.
 */
import type { Fault, LeadEventType, LeadStatus } from "@lead-gateway/lead"
import type { DeliveryAttempt, LeadEvent, LeadHistory } from "./LeadHistory.ts"

/**
 * Explains a history. Pure: `nowMs`, in milliseconds since 1970, tells whether a time has come.
 *
 * It says of the lead only what the history's events, attempts and lists say; of its payloads nothing. So the explanation
 * of a masked history is masked. Events that this release does not know are left out.
 */
export const explainHistory = (history: LeadHistory, nowMs: number): ReadonlyArray<string> => {
  const lastDecision = history.events.findLast(({ type }) => decisions.has(type))
  return [
    ...history.events.flatMap((event) => {
      const sentence = sentences[event.type as LeadEventType] as Sentence | undefined
      const said = sentence?.(event, history) ?? []
      return event === lastDecision ? [...said, ...readAndMapped(history)] : said
    }),
    ...leftOut(history),
    whatFollows(history, nowMs),
  ]
}

const decisions: ReadonlySet<string> = new Set(["ready", "rejected", "parked"] satisfies Array<LeadEventType>)

type Sentence = (event: LeadEvent, history: LeadHistory) => ReadonlyArray<string>

/** The sentences of each type of event; none where another event, or the end, says the same. */
const sentences: Readonly<Record<LeadEventType, Sentence>> = {
  received: ({ at }, { isTest }) => [
    `Received ${on(at)}.`,
    ...(isTest ? ["It is a test: an operator sent it, to see that leads arrive."] : []),
  ],
  ready: (event) => ["It met all rules, was normalised and mapped for the customer.", ...flagged(event)],
  rejected: (event) => [`It was rejected by a rule: ${cause(event.details)}.`, ...flagged(event)],
  parked: (event) => [parked(event), ...flagged(event)],
  attempt_opened: ({ at, details }, history) => {
    const attempt = attemptOf(details, history)
    const isUnderWay = attempt !== undefined && isOpen(attempt, history)
    return isUnderWay ? [`Attempt ${attempt.attemptNo}${probe(details)} was sent ${on(at)}.`] : []
  },
  attempt_succeeded: ({ at, details }, history) => [
    `Attempt ${numberOf(details)} ${on(at)}: the customer took the lead${answer(attemptOf(details, history))}.`,
  ],
  attempt_failed: ({ at, details }, history) => {
    const attempt = attemptOf(details, history)
    const why =
      unmasked(attempt?.errorMessage) ??
      (field(details, "status_code") === undefined
        ? "it failed"
        : `the customer answered ${textOf(details, "status_code")}`)
    return [
      `Attempt ${numberOf(details)} ${on(at)}: ${why}${reasonGiven(attempt)}. ${faults[faultOf(details, attempt)]}`,
    ]
  },
  attempt_outcome_unknown: ({ at, details }) => [
    `Attempt ${numberOf(details)} ${on(at)}: nobody saw how it ended. The customer may have the lead.`,
  ],
  retry_scheduled: () => [],
  delivered: () => [],
  permanently_failed: ({ at, details }) => [
    `It was given up ${on(at)}: ${givenUp[textOf(details, "reason")] ?? textOf(details, "reason")}.`,
  ],
  attempt_withdrawn: ({ at, details }) => [
    `Attempt ${numberOf(details)} was not sent after all, and does not count (${on(at)}).`,
  ],
  held_back: ({ at, details }) => [
    `It was held back ${on(at)}: ${heldBack[textOf(details, "circuit")] ?? heldBack["closed"]}. No attempt was spent.`,
  ],
  snoozed: ({ at, details }) => [
    `It was put off ${on(at)} for a reason of ours: ${textOf(details, "because")}.`,
  ],
  patched: ({ at }) => [
    `Somebody changed what it is decided by ${on(at)}; what was received stays as it came.`,
  ],
  replayed: ({ at, details }) => [
    `Somebody sent it back to the start ${on(at)}${field(details, "request") === undefined ? "" : ` (request ${textOf(details, "request")})`}.`,
  ],
}

/** Why nothing was sent, by the circuit of the customer. */
const heldBack: Readonly<Record<string, string>> = {
  open: "the customer's system was down, or refused every lead",
  paused: "somebody had paused deliveries to the customer",
  closed: "the customer takes only so many leads at a time",
}

/** What the last sentence says, by where the lead stands. */
const whatFollows = (history: LeadHistory, nowMs: number): string => {
  if (history.deliveryAttempts.some((attempt) => isOpen(attempt, history)) && !hasEnded.has(history.status)) {
    return "Next: the customer's answer to the attempt that is under way."
  }
  return ends[history.status](history, nowMs)
}

const ends: Readonly<Record<LeadStatus, (history: LeadHistory, nowMs: number) => string>> = {
  RECEIVED: (history, nowMs) => `Next: the rules look at it ${when(history, nowMs)}.`,
  READY: (history, nowMs) => `Next: it is sent to the customer ${when(history, nowMs)}.`,
  FAILED: (history, nowMs) =>
    history.rejectionReason === null
      ? `Next: attempt ${nextNumber(history)}, ${when(history, nowMs)}.`
      : "Next: nothing, until somebody mends the cause and replays it.",
  REJECTED: () => "Nothing follows: a rejected lead is not sent, unless somebody replays it.",
  DELIVERED: () => "Nothing follows: the customer has the lead.",
  PERMANENTLY_FAILED: () => "Nothing follows, unless somebody replays it.",
}

const hasEnded: ReadonlySet<LeadStatus> = new Set(["REJECTED", "DELIVERED", "PERMANENTLY_FAILED"])

const when = ({ nextAttemptAt }: LeadHistory, nowMs: number): string =>
  nextAttemptAt === null || nextAttemptAt.getTime() <= nowMs ? "as soon as it is its turn" : on(nextAttemptAt)

const nextNumber = ({ deliveryAttempts }: LeadHistory): number =>
  (deliveryAttempts.at(-1)?.attemptNo ?? 0) + 1

/** What normalising and mapping left as it was or left out. */
const readAndMapped = ({ omittedAttributes, unread }: LeadHistory): ReadonlyArray<string> => [
  ...(unread.length === 0
    ? []
    : [
        `Kept as it came, because it could not be read: ${list(unread.map(({ kind, path }) => `${path} (as ${kind.replaceAll("_", " ")})`))}.`,
      ]),
  ...(omittedAttributes.length === 0
    ? []
    : [
        `Not sent to the customer, because it is not valid there: ${list(
          omittedAttributes.map(
            ({ index, name, reason }) =>
              `${index === undefined ? name : `${name}, item ${index + 1}`} (${reason.replaceAll("_", " ")})`,
          ),
        )}.`,
      ]),
]

const leftOut = ({ leftOut }: LeadHistory): ReadonlyArray<string> =>
  leftOut === null || leftOut.deliveryAttempts + leftOut.events === 0
    ? []
    : ["Some older attempts and events are left out here, because there are so many."]

const parked = ({ details }: LeadEvent): string => {
  const missing = field(details, "missing")
  if (Array.isArray(missing) && missing.length > 0) {
    return `It was parked: the customer needs ${list(missing.map(String))}, which the lead does not have. Nothing is sent.`
  }
  return field(details, "reason") === "CUSTOMER_PAYLOAD_TOO_LARGE"
    ? "It was parked: what the customer would get is too long. Nothing is sent."
    : "It was parked: the customer needs something that the lead does not have. Nothing is sent."
}

/** What the rule says for people, and its code. */
const cause = (details: unknown): string => {
  const reason = textOf(details, "reason")
  const said = textOf(details, "message") || textOf(details, "explanation")
  if (said === "") return reason || "its reason is not on record"
  return `${withoutStop(said)}${reason === "" ? "" : ` (${reason})`}`
}

const flagged = ({ details }: LeadEvent): ReadonlyArray<string> => {
  const flags: unknown = field(details, "flags")
  if (!Array.isArray(flags)) return []
  return flags.map((flag: unknown) => `A rule drew attention to it, which stops nothing: ${cause(flag)}.`)
}

const faults: Readonly<Record<Fault | "unknown", string>> = {
  lead: "That is about this lead.",
  customer: "That is the customer's fault.",
  ours: "That is our fault.",
  unknown: "Whose fault it is, nobody knows.",
}

const faultOf = (details: unknown, attempt: DeliveryAttempt | undefined): Fault | "unknown" => {
  const fault = attempt?.fault ?? field(details, "fault")
  return fault === "lead" || fault === "customer" || fault === "ours" ? fault : "unknown"
}

const givenUp: Readonly<Record<string, string>> = {
  CUSTOMER_REFUSED: "the customer refused it, and would refuse it again (CUSTOMER_REFUSED)",
  RETRIES_EXHAUSTED: "all attempts that are allowed have failed (RETRIES_EXHAUSTED)",
  DELIVERY_OUTCOME_UNKNOWN:
    "nobody saw how the last attempt ended, and another one might deliver it twice (DELIVERY_OUTCOME_UNKNOWN)",
}

const answer = (attempt: DeliveryAttempt | undefined): string => {
  const parts = [
    ...(attempt === undefined || attempt.statusCode === null ? [] : [`it answered ${attempt.statusCode}`]),
    ...(attempt === undefined || attempt.durationMs === null ? [] : [`in ${attempt.durationMs} ms`]),
  ]
  return parts.length === 0 ? "" : ` (${parts.join(" ")})`
}

const reasonGiven = (attempt: DeliveryAttempt | undefined): string => {
  const reason = unmasked(attempt?.customerReason)
  return reason === undefined ? "" : `, and gave as its reason: ${withoutStop(reason)}`
}

/** A text that says something: a masked one, which is `*`, does not. */
const unmasked = (text: string | null | undefined): string | undefined =>
  text === null || text === "*" ? undefined : text

const probe = (details: unknown): string =>
  field(details, "probe") === true ? ", a test whether the customer is back," : ""

const attemptOf = (details: unknown, { deliveryAttempts }: LeadHistory): DeliveryAttempt | undefined =>
  deliveryAttempts.find(({ attemptNo }) => attemptNo === field(details, "attempt_no"))

/** An attempt has no outcome yet: no event says how it ended. */
const isOpen = ({ attemptNo }: DeliveryAttempt, { events }: LeadHistory): boolean =>
  !events.some(({ details, type }) => outcomes.has(type) && field(details, "attempt_no") === attemptNo)

const outcomes: ReadonlySet<string> = new Set([
  "attempt_succeeded",
  "attempt_failed",
  "attempt_outcome_unknown",
] satisfies Array<LeadEventType>)

const numberOf = (details: unknown): string => textOf(details, "attempt_no")

/** A text or number of the details; empty if there is none. */
const textOf = (details: unknown, name: string): string => {
  const value = field(details, name)
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

const field = (details: unknown, name: string): unknown =>
  typeof details === "object" && details !== null
    ? (details as Readonly<Record<string, unknown>>)[name]
    : undefined

/** `on 2026-01-21 at 10:35:00 UTC`. */
const on = (at: Date): string => {
  const [day = "", time = ""] = at.toISOString().split("T")
  return `on ${day} at ${time.slice(0, 8)} UTC`
}

const maxNamed = 10

const list = (names: ReadonlyArray<string>): string =>
  names.length <= maxNamed
    ? names.join(", ")
    : `${names.slice(0, maxNamed).join(", ")} and ${names.length - maxNamed} more`

const withoutStop = (text: string): string => text.replace(/[.\s]+$/, "")
