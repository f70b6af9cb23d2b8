/**
 * Shapes as data: what `read` and `schemaOf` interpret. The functions of `Shape.ts` make them.
 *
 * A shape has a node, which holds the constraints of its kind, and the description of the expected value that
 * diagnostics quote.
 */

declare const type: unique symbol

/** A shape of values; `T` is their type. Made by the functions of this namespace. */
export interface Shape<out T> extends Annotations {
  /** The valid values, as diagnostics describe them: `"a text that is not blank"`. */
  readonly expected: string
  readonly node: Node
  readonly [type]?: T
}

/** Annotations of the JSON Schema, which editors show. They validate nothing. */
export interface Annotations {
  /** What the value is for. */
  readonly description?: string
  /** The name of the shape's definition in the JSON Schema; each place that uses the shape refers to it. */
  readonly identifier?: string
}

/** A description of the valid values for diagnostics, and annotations. */
export interface Expectation extends Annotations {
  readonly expected: string
}

/** The type of the values of a shape: `TypeOf<typeof RetryPolicy>`. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never

/** The kinds of shape. */
export type Node =
  | { readonly kind: "unknown" | "null" | "boolean" }
  | TextNode
  | NumberNode
  | { readonly kind: "literals"; readonly values: ReadonlyArray<string | boolean> }
  | ListNode
  | RecordNode
  | ObjectNode
  | { readonly kind: "union"; readonly members: ReadonlyArray<Shape<unknown>> }
  | VariantsNode
  | { readonly kind: "lazy"; readonly shape: () => Shape<unknown> }

/** The node of one kind of shape. */
export type NodeOf<Kind extends Node["kind"]> = Extract<Node, { readonly kind: Kind }>

interface TextNode {
  readonly kind: "text"
  readonly form?: RegExp
  readonly also?: Also
}

/** A condition on a text that no pattern can express. Checked only for texts that match the form. */
export interface Also {
  readonly holds: (text: string) => boolean
  /** What is expected, if that depends on the text or differs from the `expected` of the shape. */
  readonly expected?: string | ((text: string) => string)
}

interface NumberNode extends Bounds {
  readonly kind: "number"
  readonly isWhole: boolean
  /** Whether a `RawNumber` is valid, and a whole number that a double may have rounded is not. */
  readonly isExact?: boolean
}

/** Bounds of a number, both inclusive. */
export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
}

interface ListNode extends Lengths {
  readonly kind: "list"
  readonly item: Shape<unknown>
}

/** How many items a list may have, and what is expected of a list that has more or fewer. */
export interface Lengths extends Bounds {
  readonly expectedLength?: string
}

interface RecordNode extends Names {
  readonly kind: "record"
  readonly value: Shape<unknown>
}

/** The keys that a record may have. */
export interface Names {
  readonly names?: Shape<string>
  /** Whether at least one key is required; `false` by default. */
  readonly isFilled?: boolean
}

/** The keys of an object and the shapes of their values. */
export type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>

interface ObjectNode {
  readonly kind: "object"
  readonly fields: Fields
  /** Patterns of further keys; the first that matches a key applies. A key that none matches is reported. */
  readonly others: ReadonlyArray<Others>
}

/** The keys that match a pattern, and the shape of their values. */
export interface Others {
  readonly keys: RegExp
  readonly value: Shape<unknown>
}

interface VariantsNode {
  readonly kind: "variants"
  readonly key: string
  readonly members: ReadonlyMap<string, ObjectShape<unknown>>
  readonly reportsKey: boolean
}

/** The shape of an object, for what needs to know its keys. */
export interface ObjectShape<out T> extends Shape<T> {
  readonly node: ObjectNode
}

/** A key of an object that may be absent. */
export interface Optional<out T> {
  readonly optional: Shape<T>
}
