/** Shapes of values without parts: texts, numbers, true and false. */
import type { RawNumber } from "@lead-gateway/lossless-json"
import type { Also, Annotations, Bounds, Expectation, Shape } from "./ShapeNode.ts"

/** Any value. */
export const unknown = (annotations: Annotations = {}): Shape<unknown> => ({
  expected: "a value",
  ...annotations,
  node: { kind: "unknown" },
})

/** A text that matches a form. The form is in the JSON Schema if it has the flag `u`. */
export const text = ({
  form,
  also,
  ...expectation
}: Expectation & { readonly form?: RegExp; readonly also?: Also }): Shape<string> => ({
  ...expectation,
  node: { kind: "text", ...(form === undefined ? {} : { form }), ...(also === undefined ? {} : { also }) },
})

/** A number that a double holds exactly; a `RawNumber` of `lossless-json` is not one. */
export const number = ({ minimum, maximum, ...expectation }: Expectation & Bounds): Shape<number> => ({
  ...expectation,
  node: { kind: "number", isWhole: false, ...boundsOf(minimum, maximum) },
})

/**
 * A number with all its digits: one that a double holds exactly, or a `RawNumber` of `lossless-json`.
 *
 * A whole number beyond 2^53 - 1 that is a double is reported, because `JSON.parse` may have made another number of it.
 * The Effect `Schema` of this shape accepts no `RawNumber`.
 */
export const exactNumber = (expectation: Expectation): Shape<number | RawNumber> => ({
  ...expectation,
  node: { kind: "number", isWhole: false, isExact: true },
})

/** A whole number. */
export const integer = ({ minimum, maximum, ...expectation }: Expectation & Bounds): Shape<number> => ({
  ...expectation,
  node: { kind: "number", isWhole: true, ...boundsOf(minimum, maximum) },
})

/** Bounds as a node has them: without those that are absent. */
export const boundsOf = (minimum: number | undefined, maximum: number | undefined): Bounds => ({
  ...(minimum === undefined ? {} : { minimum }),
  ...(maximum === undefined ? {} : { maximum }),
})

/** True or false. */
export const boolean = (annotations: Annotations & Partial<Expectation> = {}): Shape<boolean> => ({
  expected: "true or false",
  ...annotations,
  node: { kind: "boolean" },
})

/** One of several texts, `true` and `false`. The default of `expected` is `"a" or "b"`. */
export const literals = <const Values extends ReadonlyArray<string | boolean>>(
  values: Values,
  expectation: Annotations & Partial<Expectation> = {},
): Shape<Values[number]> => ({ expected: oneOf(values), ...expectation, node: { kind: "literals", values } })

/** Describes one of several values: `"a" or "b"`. */
export const oneOf = (values: Iterable<string | boolean>): string =>
  Array.from(values, (value) => JSON.stringify(value)).join(" or ")

/** A text with at least one character that is not white space: a version, a name. */
export const notBlank: Shape<string> = text({ expected: "a text that is not blank", form: /[^\s\u0085]/u })
