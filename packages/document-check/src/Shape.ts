/**
 * What a document may hold, as a value: `read` checks documents with it, `TypeOf` is their type, and `schemaOf` of the
 * entry `@lead-gateway/document-check/schema` makes an Effect `Schema` of it, and with that a JSON Schema.
 *
 * A shape is plain data and decides nothing by itself. Every shape says what it expects in the words of a
 * document's author; a value that is not of the shape is reported once, with these words.
 */

declare const type: unique symbol

/** A shape of values; `T` is their type. Made by the functions of this module. */
export interface Shape<out T> extends Notes {
  /** What is expected here, as a diagnostic says it: `"a text that is not blank"`. */
  readonly expected: string
  readonly node: Node
  readonly [type]?: T
}

/** What is said for editors, in the JSON Schema. */
export interface Notes {
  /** What the value is for. */
  readonly description?: string
  /** The name under which the JSON Schema has the shape once, for all places that use it. */
  readonly identifier?: string
}

/** Notes, and the words for what is expected. */
export interface Words extends Notes {
  readonly expected: string
}

/** The type of the values of a shape: `TypeOf<typeof RetryPolicy>`. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never

/** What kinds of shape there are. */
export type Node =
  | { readonly kind: "unknown" | "null" | "boolean" }
  | TextNode
  | NumberNode
  | { readonly kind: "literals"; readonly values: ReadonlyArray<string> }
  | ListNode
  | RecordNode
  | ObjectNode
  | { readonly kind: "union"; readonly members: ReadonlyArray<Shape<unknown>> }
  | VariantsNode
  | { readonly kind: "lazy"; readonly shape: () => Shape<unknown> }

interface TextNode {
  readonly kind: "text"
  readonly form?: RegExp
  readonly also?: Also
}

/** What no pattern says of a text. It is asked of texts that have the form. */
export interface Also {
  readonly holds: (text: string) => boolean
  /** What is expected, where that differs from the words of the shape. */
  readonly expected?: string
}

interface NumberNode extends Bounds {
  readonly kind: "number"
  readonly isWhole: boolean
}

/** Both ends included. */
export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
}

interface ListNode extends Lengths {
  readonly kind: "list"
  readonly item: Shape<unknown>
}

/** How many items a list may have, and what is said of one that has more or fewer. */
export interface Lengths extends Bounds {
  readonly expectedLength?: string
}

interface RecordNode extends Names {
  readonly kind: "record"
  readonly value: Shape<unknown>
}

/** What keys a record may have. */
export interface Names {
  readonly names?: Shape<string>
  /** Whether there may be none. */
  readonly isFilled?: boolean
}

/** The keys of an object. */
export type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>

interface ObjectNode {
  readonly kind: "object"
  readonly fields: Fields
  /** What other keys hold, by the form of the key; the first form counts. Without any, other keys are mistakes. */
  readonly others: ReadonlyArray<Others>
}

/** Keys of a form, and what they hold. */
export interface Others {
  readonly keys: RegExp
  readonly value: Shape<unknown>
}

interface VariantsNode {
  readonly kind: "variants"
  readonly key: string
  readonly members: ReadonlyMap<string, ObjectShape<unknown>>
  readonly tellsKey: boolean
}

/** The shape of an object, which is needed where its keys are asked for. */
export interface ObjectShape<out T> extends Shape<T> {
  readonly node: ObjectNode
}

/** A key of an object that may be absent. */
export interface Optional<out T> {
  readonly optional: Shape<T>
}

/** Any value. */
export const unknown = (notes: Notes = {}): Shape<unknown> => ({
  expected: "a value",
  ...notes,
  node: { kind: "unknown" },
})

/** A text; with the flag `u` its form is in the JSON Schema. */
export const text = ({
  form,
  also,
  ...words
}: Words & { readonly form?: RegExp; readonly also?: Also }): Shape<string> => ({
  ...words,
  node: { kind: "text", ...(form === undefined ? {} : { form }), ...(also === undefined ? {} : { also }) },
})

/** A number that a double holds exactly; what `lossless-json` keeps as text is none. */
export const number = ({ minimum, maximum, ...words }: Words & Bounds): Shape<number> => ({
  ...words,
  node: { kind: "number", isWhole: false, ...boundsOf(minimum, maximum) },
})

/** A whole number. */
export const integer = ({ minimum, maximum, ...words }: Words & Bounds): Shape<number> => ({
  ...words,
  node: { kind: "number", isWhole: true, ...boundsOf(minimum, maximum) },
})

const boundsOf = (minimum: number | undefined, maximum: number | undefined): Bounds => ({
  ...(minimum === undefined ? {} : { minimum }),
  ...(maximum === undefined ? {} : { maximum }),
})

/** True or false. */
export const boolean = (notes: Notes & Partial<Words> = {}): Shape<boolean> => ({
  expected: "true or false",
  ...notes,
  node: { kind: "boolean" },
})

/** One of some texts; `"a" or "b"` is what is expected unless other words are given. */
export const literals = <const Values extends ReadonlyArray<string>>(
  values: Values,
  words: Notes & Partial<Words> = {},
): Shape<Values[number]> => ({ expected: oneOf(values), ...words, node: { kind: "literals", values } })

/** A list of items. */
export const list = <T>(
  item: Shape<T>,
  { minimum, maximum, expectedLength, ...words }: Words & Lengths,
): Shape<ReadonlyArray<T>> => ({
  ...words,
  node: {
    kind: "list",
    item,
    ...boundsOf(minimum, maximum),
    ...(expectedLength === undefined ? {} : { expectedLength }),
  },
})

/** An object whose keys are data. Keys that are no names are told behind the mistakes of its values. */
export const record = <T>(
  value: Shape<T>,
  { names, isFilled = false, ...words }: Words & Names,
): Shape<Readonly<Record<string, T>>> => ({
  ...words,
  node: { kind: "record", value, isFilled, ...(names === undefined ? {} : { names }) },
})

/** An object with these keys and no others, unless it is said which. */
export const object = <const F extends Fields>(
  fields: F,
  { others = [], ...words }: Words & { readonly others?: ReadonlyArray<Others> },
): ObjectOfFields<F> => ({ ...words, node: { kind: "object", fields, others } })

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
 * One of several shapes. Those are looked at that take a value of the kind that is there (a text, a list): the mistakes
 * of a single one are told, else one for the union as a whole.
 */
export const union = <const Members extends ReadonlyArray<Shape<unknown>>>(
  members: Members,
  words: Words,
): Shape<TypeOf<Members[number]>> => ({ ...words, node: { kind: "union", members } })

/** The same, or null. */
export const nullOr = <T>(shape: Shape<T>, words: Words): Shape<T | null> => ({
  ...words,
  node: { kind: "union", members: [shape, { expected: "null", node: { kind: "null" } }] },
})

/**
 * Objects that are told apart by the text at a key. An unknown one is a mistake of the object as a whole, or, with
 * `tellsKey`, of that key.
 */
export const variants = <const Members extends ReadonlyArray<ObjectShape<unknown>>>(
  key: string,
  members: Members,
  { tellsKey = false, ...words }: Words & { readonly tellsKey?: boolean },
): Shape<TypeOf<Members[number]>> => ({
  ...words,
  node: {
    kind: "variants",
    key,
    members: new Map(members.flatMap((member) => tagsOf(member, key).map((tag) => [tag, member]))),
    tellsKey,
  },
})

const tagsOf = ({ node }: ObjectShape<unknown>, key: string): ReadonlyArray<string> => {
  const field = node.fields[key]
  return field !== undefined && "node" in field && field.node.kind === "literals" ? field.node.values : []
}

/** A shape that holds itself. */
export const lazy = <T>(shape: () => Shape<T>, words: Words): Shape<T> => ({
  ...words,
  node: { kind: "lazy", shape },
})

/** The shape with other notes, such as the description of one place that uses it. */
export const annotate = <S extends Shape<unknown>>(shape: S, notes: Partial<Words>): S => ({
  ...shape,
  ...notes,
})

/** Words for one of some texts: `"a" or "b"`. */
export const oneOf = (values: Iterable<string>): string =>
  Array.from(values, (value) => JSON.stringify(value)).join(" or ")

/** A text that has something in it: a version, a name. */
export const notBlank: Shape<string> = text({ expected: "a text that is not blank", form: /[^\s\u0085]/u })

/** The `$schema` key that editors look at; any text, and of no other use. */
export const schemaReference: Optional<string> = optional(
  text({
    expected: "a text: where the JSON Schema of this document is",
    description: "Where the JSON Schema of this document is; for editors alone.",
  }),
)
