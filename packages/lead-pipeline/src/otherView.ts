import { type Difference, differences, evaluate, type LooksAt } from "@lead-gateway/lead-rules"
import { type Change, normalize } from "@lead-gateway/normalizer"
import { checkCall, type LeadInput, objectOf, plainLead } from "./decide.ts"
import type { Flow } from "./Flow.ts"

/** How the rules would see a rejected lead if they looked at its other payload: they would accept it. */
export interface OtherView {
  /** What the rule set would have to look at. */
  readonly looks_at: LooksAt
  /** The values that make the difference: what is read how. */
  readonly readings: ReadonlyArray<Reading>
}

/** A value that the rules read, and what the normaliser reads it as. */
export interface Reading {
  /** The path of the value in the normalised payload. */
  readonly path: string
  /** What the normaliser does to it: the kind of its field, `text` or `moved`. Absent where it reports no more changes. */
  readonly kind?: Change["kind"]
  /** The field that an alias moves it from. */
  readonly from?: string
  /** The value as it came, absent where there is none; only if values are shown. */
  readonly before?: unknown
  /** The value as it is read; only if values are shown. */
  readonly after?: unknown
}

/**
 * What makes the rules reject a lead as it came that they would accept once it is normalised, or the other way
 * round; `undefined` for a lead that is not rejected, or by both payloads.
 *
 * Under the default flow `{ "zipcode": "66123 ", "house": { "is_owner": true } }` is rejected as it came. Its other
 * view looks at `normalized`, where `zipcode` is read as `66123`. Pure and total.
 */
export const otherView = (
  flow: Flow,
  lead: LeadInput,
  { values = "hide" }: { readonly values?: "hide" | "show" } = {},
): OtherView | undefined => {
  checkCall("otherView", flow, lead)
  try {
    return otherViewOf(flow, lead, values)
  } catch {
    return otherViewOf(flow, plainLead(lead), values)
  }
}

const otherViewOf = (
  { profile, rules }: Flow,
  { nowMs, payload }: LeadInput,
  values: "hide" | "show",
): OtherView | undefined => {
  const { payload: read, changes } = normalize(profile, objectOf(payload), { values })
  const isRaw = rules.looksAt === "raw"
  const [seen, other] = isRaw ? [payload, read] : [read, payload]
  const verdict = evaluate(rules, seen, { nowMs, findings: "all" })
  if (verdict._tag === "Accepted" || evaluate(rules, other, { nowMs })._tag === "Rejected") return undefined
  const readings = differences(rules, verdict.findings, payload, read).flatMap((difference) =>
    readingsOf(difference, changes, values === "show"),
  )
  return { looks_at: isRaw ? "normalized" : "raw", readings }
}

/** The reading of a value, or those of the values inside it that changed. */
const readingsOf = (
  { after, before, path }: Difference,
  changes: ReadonlyArray<Change>,
  shows: boolean,
): ReadonlyArray<Reading> => {
  const isInside = (change: Change) => path === "." || change.path.startsWith(`${path}.`)
  const inside = changes.filter(isInside)
  if (inside.length > 0) {
    return inside.map(({ path, kind, from, before, after }) => ({
      path,
      kind,
      ...(from === undefined ? {} : { from }),
      ...(shows ? { before, after } : {}),
    }))
  }
  const here = changes.filter((change) => change.path === path)
  const moved = here.find(({ kind }) => kind === "moved")
  const kind = here.at(-1)?.kind
  return [
    {
      path,
      ...(kind === undefined ? {} : { kind }),
      ...(moved?.from === undefined ? {} : { from: moved.from }),
      ...(shows ? { before: moved === undefined ? before : moved.before, after } : {}),
    },
  ]
}
