/**
 * The valid documents, as a value: `read` checks documents against it, `TypeOf` is their type, and `schemaOf` of the
 * entry `@lead-gateway/document-check/schema` makes an Effect `Schema` of it, and from that a JSON Schema.
 *
 * A shape is plain data. Each one describes the valid values for the author of a document; a value that does not
 * match is reported once, with that description.
 */
import { boundsOf, text } from "./ScalarShape.ts"
import type {
  Expectation,
  Fields,
  Lengths,
  Names,
  ObjectShape,
  Optional,
  Others,
  Shape,
  TypeOf,
} from "./ShapeNode.ts"

export {
  boolean,
  exactNumber,
  integer,
  literals,
  notBlank,
  number,
  oneOf,
  text,
  unknown,
} from "./ScalarShape.ts"
export type {
  Also,
  Annotations,
  Bounds,
  Expectation,
  Fields,
  Lengths,
  Names,
  Node,
  ObjectShape,
  Optional,
  Others,
  Shape,
  TypeOf,
} from "./ShapeNode.ts"

/** A list of items. */
export const list = <T>(
  item: Shape<T>,
  { minimum, maximum, expectedLength, ...expectation }: Expectation & Lengths,
): Shape<ReadonlyArray<T>> => ({
  ...expectation,
  node: {
    kind: "list",
    item,
    ...boundsOf(minimum, maximum),
    ...(expectedLength === undefined ? {} : { expectedLength }),
  },
})

/** An object whose keys are data. Keys that do not match `names` are reported after the values. */
export const record = <T>(
  value: Shape<T>,
  { names, isFilled = false, ...expectation }: Expectation & Names,
): Shape<Readonly<Record<string, T>>> => ({
  ...expectation,
  node: { kind: "record", value, isFilled, ...(names === undefined ? {} : { names }) },
})

/** An object with these keys, and no others but those of `others`. */
export const object = <const F extends Fields>(
  fields: F,
  { others = [], ...expectation }: Expectation & { readonly others?: ReadonlyArray<Others> },
): ObjectOfFields<F> => ({ ...expectation, node: { kind: "object", fields, others } })

/** The shape of objects with these keys. */
export type ObjectOfFields<F extends Fields> = ObjectShape<
  Flat<
    { readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: TypeOf<F[K]> } & {
      readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<infer T>
        ? T
        : never
    }
  >
>

type Flat<T> = { [K in keyof T]: T[K] } & {}

/** Lets a key of an object be absent. */
export const optional = <T>(shape: Shape<T>): Optional<T> => ({ optional: shape })

/**
 * One of several shapes. Only the members that accept the JSON type of the value (text, list, …) are tried. If exactly
 * one does, its diagnostics are reported, otherwise one diagnostic for the union as a whole.
 */
export const union = <const Members extends ReadonlyArray<Shape<unknown>>>(
  members: Members,
  expectation: Expectation,
): Shape<TypeOf<Members[number]>> => ({ ...expectation, node: { kind: "union", members } })

/** Values of the shape, or null. */
export const nullOr = <T>(shape: Shape<T>, expectation: Expectation): Shape<T | null> => ({
  ...expectation,
  node: { kind: "union", members: [shape, { expected: "null", node: { kind: "null" } }] },
})

/**
 * A discriminated union: the text at a key selects the shape of the object. An unknown text is reported at the path of
 * the object or, with `reportsKey`, at that of the key.
 */
export const variants = <const Members extends ReadonlyArray<ObjectShape<unknown>>>(
  key: string,
  members: Members,
  { reportsKey = false, ...expectation }: Expectation & { readonly reportsKey?: boolean },
): Shape<TypeOf<Members[number]>> => ({
  ...expectation,
  node: {
    kind: "variants",
    key,
    members: new Map(members.flatMap((member) => tagsOf(member, key).map((tag) => [tag, member]))),
    reportsKey,
  },
})

const tagsOf = ({ node }: ObjectShape<unknown>, key: string): ReadonlyArray<string> => {
  const field = node.fields[key]
  return field !== undefined && "node" in field && field.node.kind === "literals"
    ? field.node.values.filter((value) => typeof value === "string")
    : []
}

/** A recursive shape: the function is called when the shape is used. */
export const lazy = <T>(shape: () => Shape<T>, expectation: Expectation): Shape<T> => ({
  ...expectation,
  node: { kind: "lazy", shape },
})

/** The shape with other annotations or another `expected`, such as the description of one place that uses it. */
export const annotate = <S extends Shape<unknown>>(shape: S, annotations: Partial<Expectation>): S => ({
  ...shape,
  ...annotations,
})

/** The `$schema` key, which only editors use: any text. */
export const schemaReference: Optional<string> = optional(
  text({
    expected: "a text: where the JSON Schema of this document is",
    description: "Where the JSON Schema of this document is; for editors alone.",
  }),
)
