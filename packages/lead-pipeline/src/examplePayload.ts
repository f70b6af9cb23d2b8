import { isRecord } from "@lead-gateway/document-check"
import { parsePath, valueAt } from "@lead-gateway/lead-field"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { decide } from "./decide.ts"
import type { Flow, Part } from "./Flow.ts"
import { changed } from "./internal/changed.ts"
import { valueOfKind, valueOfName } from "./internal/exampleValues.ts"
import { type ConditionData, payloadsFor } from "./internal/meetCondition.ts"

/** Payloads that are tried for one rule, at most. */
const mostForOne = 500

/** And for all of a rule set: a large one takes longer to evaluate. */
const mostFor = (rules: number): number => Math.max(200, Math.min(5000, 200_000 / rules))

/** What an example is made by. */
export interface ExampleOptions {
  readonly flow: Flow
  /** What the flow was compiled from. */
  readonly documents: Readonly<Record<Part, unknown>>
  /** The time, in milliseconds since 1970, for rules about dates. */
  readonly nowMs: number
}

/**
 * Makes a payload for a flow: with a value for each field that its documents name, so that it meets the rules and has what the
 * customer needs, as well as that can be found out; `decide` says whether it does. Its values are recognisably nobody's: a
 * name such as Test Lead, an address of example.com, a telephone number that is assigned to nobody. Pure.
 */
export const examplePayload = ({ documents, flow, nowMs }: ExampleOptions): JsonObject => {
  const country = textOf(documents.profile, "default_country") ?? "DE"
  let payload: JsonObject = {}
  const add = (path: string, value: Json | undefined) => {
    const keys = parsePath(path)
    if (value === undefined || keys === undefined || keys.length === 0 || keys.includes("*")) return
    if (valueAt(payload, keys) === undefined)
      payload = (changed(payload, keys, value) as JsonObject) ?? payload
  }
  const nameOf = (path: string) => parsePath(path)?.at(-1) ?? path

  for (const [path, declaration] of entriesOf(fieldOf(documents.profile, "fields"))) {
    const kind = typeof declaration === "string" ? declaration : textOf(declaration, "kind")
    const own = textOf(declaration, "country") ?? country
    const byName = kind === "text" || kind === "name" ? valueOfName(nameOf(path), own, nowMs) : undefined
    add(path, byName ?? valueOfKind(kind ?? "text", own, nowMs))
  }
  for (const path of fieldsOf(documents.template)) {
    add(path, valueOfName(nameOf(path), country, nowMs) ?? "Test")
  }
  for (const [name, definition] of entriesOf(documents.mapping)) {
    if (/^[_$]/.test(name)) continue
    add(firstPath(fieldOf(definition, "field")) ?? escaped(name), answerOf(name, definition, country, nowMs))
  }
  if (!/mail/i.test(Object.keys(payload).join(" "))) add("email", valueOfKind("email", country, nowMs))
  if (!/name/i.test(Object.keys(payload).join(" "))) {
    add("first_name", "Test")
    add("last_name", "Lead")
  }
  return meetRules(payload, { documents, flow, nowMs })
}

/** Changes the payload rule by rule, where a change is found that meets the rule and breaks none that was met. Flags stay. */
const meetRules = (payload: JsonObject, { documents, flow, nowMs }: ExampleOptions): JsonObject => {
  const rules = fieldOf(documents.rules, "rules")
  if (!Array.isArray(rules)) return payload
  let best = payload
  let unmet = unmetBy(flow, best, nowMs)
  let left = mostFor(rules.length)
  for (const index of unmet) {
    if (!unmet.has(index)) continue
    let tried = 0
    for (const next of payloadsFor(best, rules[index] as ConditionData, nowMs)) {
      if (left-- <= 0 || tried++ === mostForOne) break
      const still = unmetBy(flow, next, nowMs)
      if (still.has(index) || !still.isSubsetOf(unmet)) continue
      best = next as JsonObject
      unmet = still
      break
    }
  }
  return best
}

/** The positions of the rules that reject a payload. */
const unmetBy = (flow: Flow, payload: Json, nowMs: number): ReadonlySet<number> => {
  const lead = { payload: payload as object, deliveryMetadata: {}, nowMs }
  const decision = decide(flow, lead, { findings: "all" })
  const findings = decision._tag === "Rejected" ? decision.findings : []
  return new Set(findings.map(({ rule }) => Number(rule.path.split(".")[1])))
}

/** A valid answer to an attribute of the mapping. */
const answerOf = (name: string, definition: unknown, country: string, nowMs: number): Json => {
  const values = fieldOf(definition, "values")
  const { attribute_type, is_numeric, max, min, multiple } = definition as ConditionData
  const [limit = 100] = [min, max].filter((bound) => bound !== undefined && bound !== null)
  const one =
    Array.isArray(values) && values.length > 0
      ? (values[0] as Json)
      : attribute_type === "range"
        ? (limit as Json)
        : is_numeric === true
          ? "100"
          : (valueOfName(name, country, nowMs) ?? "Test")
  return multiple === true ? [one] : one
}

/** The paths of the payload that a template names; inside items of `$each` they begin elsewhere, and are left out. */
const fieldsOf = (node: unknown): ReadonlyArray<string> => {
  if (Array.isArray(node)) return node.flatMap(fieldsOf)
  if (!isRecord(node) || "$each" in node || "$literal" in node) return []
  if ("$field" in node) return [firstPath(node["$field"]) ?? []].flat()
  if ("$text" in node)
    return Array.from(String(node["$text"]).matchAll(/\{([^{}]+)\}/g), ([, path = ""]) => path)
  return Object.values(node).flatMap(fieldsOf)
}

const firstPath = (paths: unknown): string | undefined =>
  typeof paths === "string" ? paths : Array.isArray(paths) ? (paths[0] as string) : undefined

const escaped = (key: string): string => key.replaceAll(/[.\\]/g, String.raw`\$&`)

const fieldOf = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined

const textOf = (value: unknown, key: string): string | undefined => {
  const field = fieldOf(value, key)
  return typeof field === "string" ? field : undefined
}

const entriesOf = (value: unknown): ReadonlyArray<[string, unknown]> =>
  isRecord(value) ? Object.entries(value) : []
