import type { ValueKind } from "@lead-gateway/lead-field"
import type { FieldCondition, ItemCondition } from "../../Condition.ts"
import { endOf, momentOf } from "../moment.ts"
import { fold } from "../operators/equality.ts"
import { compilePattern } from "../pattern.ts"
import { ageOf } from "./age.ts"
import { backwards, isNever, type Opaque, type Words } from "./Constraint.ts"
import { languageOf } from "./Language.ts"
import { between } from "./Ranges.ts"
import type { Asked } from "./valuesAsked.ts"
import { amongValues, contraryOfValues, valuesOf } from "./valuesAsked.ts"
import { type Aspects, contraryWithin, kinds, type Region } from "./Region.ts"

/**
 * What a condition says of a field. `met`: it is met. `bearable`: it is met, or cannot be told for the field is
 * missing. The contrary of the one is what a `not` around it needs for the other.
 */
export type Level = "met" | "bearable"

type Leaf = FieldCondition | ItemCondition

/** The values of its field that a condition on one field is met by, or, for `isNegated`, those that are left. */
export const leafRegion = (leaf: Leaf, level: Level, isNegated: boolean): Region => {
  const missing = missingIs(leaf, level)
  const asked = askedBy(leaf, level)
  const found = new Map<ValueKind, Aspects>()
  for (const kind of kinds) {
    const ofKind = asked.get(kind)
    const aspects = isNegated ? contraryAspects(kind, ofKind, leaf, level) : aspectsOf(ofKind)
    if (aspects !== undefined && !Array.from(aspects.values()).some(isNever)) found.set(kind, aspects)
  }
  return { missing: missing !== isNegated, kinds: found }
}

const aspectsOf = (asked: Asked | undefined): Aspects | undefined =>
  asked && new Map([...(asked.aspect ? [asked.aspect] : []), ...(asked.follows ?? [])])

const contraryAspects = (
  kind: ValueKind,
  asked: Asked | undefined,
  leaf: Leaf,
  level: Level,
): Aspects | undefined => {
  if (asked === undefined) return new Map()
  if (asked.aspect === undefined) return undefined
  const [name, constraint] = asked.aspect
  const contrary = contraryWithin(kind, name, constraint)
  return new Map([contrary ? [name, contrary] : [`not ${nameOf(leaf, level)}`, opaque(() => undefined)]])
}

const missingIs = (leaf: Leaf, level: Level): boolean => {
  if (leaf.operator === "present") return false
  return leaf.operator === "absent" || leaf.optional === true || level === "bearable"
}

const askedBy = (leaf: Leaf, level: Level): ReadonlyMap<ValueKind, Asked> => {
  switch (leaf.operator) {
    case "present":
      return new Map(kinds.map((kind) => [kind, {}]))
    case "absent":
      return new Map()
    case "type":
      return new Map([[leaf.type, {}]])
    case "equals":
    case "one_of":
      return amongValues(valuesOf(leaf), leaf.ignore_case)
    case "not_equals":
    case "none_of":
      return contraryOfValues(valuesOf(leaf), leaf.ignore_case)
    case "starts_with":
      return ofText(words(leaf.ignore_case, "", leaf.value))
    case "ends_with":
      return ofText(words(leaf.ignore_case, "backwards", leaf.value))
    case "contains": {
      const part = leaf.ignore_case === true ? fold(leaf.value) : leaf.value
      const test = (text: string) => (leaf.ignore_case === true ? fold(text) : text).includes(part)
      return ofText([nameOf(leaf, level), opaque(test)])
    }
    case "pattern": {
      let matches: ((text: string) => boolean) | undefined
      return ofText([nameOf(leaf, level), opaque((text) => (matches ??= compilePattern(leaf.pattern))(text))])
    }
    case "length":
      return ofText(["length", between({ min: leaf.min ?? 1, max: leaf.max }, "always")])
    case "zip": {
      const { codes = [], ranges = [], prefixes = [] } = leaf
      const within = languageOf({
        texts: codes,
        ranges,
        prefixes: prefixes.map((prefix) => prefix.slice(0, -1)),
      })
      return ofText(["text", { _tag: "Words", within, outside: [] }])
    }
    case "range": {
      const numbers = between(leaf, leaf.integer === true ? "here" : "no")
      return new Map<ValueKind, Asked>([
        ["number", { aspect: ["value", numbers] }],
        ...(leaf.allow_text === true ? [["text", { aspect: ["number", numbers] }] as const] : []),
      ])
    }
    case "date": {
      const limits = { min: limitOf(leaf.from, momentOf), max: limitOf(leaf.to, endOf) }
      const moments = between(limits, "always")
      const age = ageOf(leaf)
      if (age === undefined) return ofText(["moment", moments])
      // Which moments that are depends on when they are looked at.
      return ofText(
        [nameOf(leaf, level), opaque(() => undefined)],
        [
          ["moment", moments],
          ["age", age],
        ],
      )
    }
    case "items":
      return new Map([
        ["list", { aspect: ["items", between({ min: leaf.min ?? 0, max: leaf.max }, "always")] }],
      ])
    case "includes":
    case "some_item":
    case "every_item":
      return new Map<ValueKind, Asked>([
        [
          "list",
          {
            aspect: [nameOf(leaf, level), opaque(() => undefined)],
            follows:
              leaf.operator === "every_item" || level === "bearable"
                ? []
                : [["items", between({ min: 1 }, "always")]],
          },
        ],
      ])
  }
}

/** Texts that begin with a part, looked at from the front or backwards. */
const words = (
  ignoreCase: boolean | undefined,
  direction: "" | "backwards",
  part: string,
): readonly [string, Words] => {
  const folded = ignoreCase === true ? fold(part) : part
  const prefix = direction === "" ? folded : backwards(folded)
  const name = [ignoreCase === true ? "folded" : "", direction].join(" ").trim()
  return [
    name === "" ? "text" : name,
    { _tag: "Words", within: languageOf({ prefixes: [prefix] }), outside: [] },
  ]
}

const ofText = (
  aspect: Asked["aspect"] & {},
  follows: Asked["follows"] & {} = [],
): ReadonlyMap<ValueKind, Asked> => new Map([["text", { aspect, follows }]])

const opaque = (test: Opaque["test"]): Opaque => ({ _tag: "Opaque", holds: true, test })

const limitOf = (text: string | undefined, read: (text: string) => number): number | undefined =>
  text === undefined ? undefined : read(text)

/** The same for conditions that ask the same, of whatever field. */
const nameOf = (leaf: Leaf, level: Level): string => {
  const { field: _field, optional: _optional, ...asked } = { optional: false, ...leaf }
  const {
    reason: _reason,
    id: _id,
    message: _message,
    severity: _severity,
    ...question
  } = {
    reason: "",
    id: "",
    message: "",
    severity: "",
    ...asked,
  }
  return `${"item" in leaf ? level : ""} ${JSON.stringify(question)}`
}
