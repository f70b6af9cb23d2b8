import type { ValueKind } from "@lead-gateway/lead-field"
import { fold } from "../operators/equality.ts"
import { type Constraint, isNever, type Words } from "./Constraint.ts"
import { languageOf } from "./Language.ts"
import { points } from "./Ranges.ts"
import { contraryWithin, kinds } from "./Region.ts"

/** What is asked of values of a kind: all of it by one aspect, and what follows from that for others. */
export interface Asked {
  readonly aspect?: readonly [name: string, constraint: Constraint]
  readonly follows?: ReadonlyArray<readonly [name: string, constraint: Constraint]>
}

type Values = ReadonlyArray<string | number | boolean>

/** The values that an operator compares with. */
export const valuesOf = (leaf: { readonly value: Values[number] } | { readonly values: Values }): Values =>
  "values" in leaf ? leaf.values : [leaf.value]

/** One of these values. */
export const amongValues = (
  values: Values,
  ignoreCase: boolean | undefined,
): ReadonlyMap<ValueKind, Asked> => {
  const texts = values.filter((value) => typeof value === "string")
  const numbers = values.filter((value) => typeof value === "number")
  const booleans = values.filter((value) => typeof value === "boolean")
  const asked = new Map<ValueKind, Asked>()
  if (texts.length > 0) asked.set("text", { aspect: equalTexts(texts, ignoreCase) })
  if (numbers.length > 0) asked.set("number", { aspect: ["value", points(numbers)] })
  if (booleans.length > 0) asked.set("boolean", { aspect: ["value", points(booleans.map(Number), "always")] })
  return asked
}

/** None of these values. */
export const contraryOfValues = (
  values: Values,
  ignoreCase: boolean | undefined,
): ReadonlyMap<ValueKind, Asked> => {
  const among = amongValues(values, ignoreCase)
  const asked = new Map<ValueKind, Asked>()
  for (const kind of kinds) {
    const [name, constraint] = among.get(kind)?.aspect ?? []
    if (name === undefined || constraint === undefined) asked.set(kind, {})
    else {
      const contrary = contraryWithin(kind, name, constraint)
      if (contrary !== undefined && !isNever(contrary)) asked.set(kind, { aspect: [name, contrary] })
    }
  }
  return asked
}

const equalTexts = (
  texts: ReadonlyArray<string>,
  ignoreCase: boolean | undefined,
): readonly [string, Words] =>
  ignoreCase === true
    ? ["folded", { _tag: "Words", within: languageOf({ texts: texts.map(fold) }), outside: [] }]
    : ["text", { _tag: "Words", within: languageOf({ texts }), outside: [] }]
