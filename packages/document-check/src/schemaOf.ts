import * as Schema from "effect/Schema"
import type { Fields, Node, Notes, ObjectShape, Others, Shape } from "./Shape.ts"
import { expected } from "./words.ts"

/**
 * The Effect `Schema` of a shape, for whoever uses Effect's schemas: to decode, to generate values in tests, to make a
 * JSON Schema. It accepts what `read` accepts, and its issues say the same (see `reportIssue`).
 */
export const schemaOf = <T>(shape: Shape<T>): Schema.Codec<T> => {
  const schema = known.get(shape) ?? named(translated(shape), shape)
  // One that only leads to another would have a name of its own in JSON Schemas.
  if (shape.node.kind !== "lazy") known.set(shape, schema)
  return schema as Schema.Codec<T>
}

/** So that a shape that holds itself has a schema that does. */
const known = new WeakMap<Shape<unknown>, Schema.Codec<unknown>>()

/** On the outermost check, where Effect looks for the name of a JSON Schema. */
const named = (schema: Schema.Codec<unknown>, { identifier }: Notes): Schema.Codec<unknown> =>
  identifier === undefined ? schema : schema.annotate({ identifier })

type NodeOf<Kind extends Node["kind"]> = Extract<Node, { readonly kind: Kind }>

const translated = (shape: Shape<unknown>): Schema.Codec<unknown> => {
  const { description, node } = shape
  const words = expected(shape.expected)
  const notes = description === undefined ? words : { ...words, description }
  switch (node.kind) {
    case "unknown":
      return Schema.Unknown
    case "null":
      return Schema.Null.annotate(notes)
    case "boolean":
      return Schema.Boolean.annotate(notes)
    case "literals":
      // Schema tells the members of a union apart by a literal alone, not by a union of one.
      return (
        node.values.length === 1 ? Schema.Literal(node.values[0] ?? "") : Schema.Literals(node.values)
      ).annotate(notes)
    case "number":
      return numberOf(node, Schema.Number.annotate(notes), words)
    case "text":
      return textOf(node, words, notes)
    case "list": {
      const { item, minimum = 0, maximum, expectedLength } = node
      const list = Schema.Array(schemaOf(item)).annotate(notes)
      const length = expectedLength === undefined ? words : expected(expectedLength)
      if (maximum !== undefined) return list.check(Schema.isBetweenLength(minimum, maximum, length))
      return minimum > 0 ? list.check(Schema.isMinLength(minimum, length)) : list
    }
    case "record": {
      const { isFilled, names, value } = node
      const record = Schema.Record(Schema.String, schemaOf(value)).annotate(notes)
      const filled = isFilled ? record.check(Schema.isMinProperties(1, words)) : record
      return names === undefined
        ? filled
        : filled.check(Schema.isPropertyNames(schemaOf(names), expected(names.expected)))
    }
    case "object":
      return objectOf(node.fields, node.others).annotate(notes)
    case "variants":
      return Schema.Union(
        Array.from(new Set<ObjectShape<unknown>>(node.members.values()), schemaOf),
      ).annotate(notes)
    case "union":
      return Schema.Union(node.members.map(schemaOf)).annotate(notes)
    case "lazy":
      return described(
        Schema.suspend(() => schemaOf(node.shape())),
        description,
      )
  }
}

const described = (schema: Schema.Codec<unknown>, description: string | undefined): Schema.Codec<unknown> =>
  description === undefined ? schema : schema.annotate({ description })

type Message = ReturnType<typeof expected>

const numberOf = (
  { isWhole, maximum, minimum }: NodeOf<"number">,
  number: Schema.Number,
  words: Message,
): Schema.Codec<unknown> => {
  const kind = number.check((isWhole ? Schema.isInt(words) : Schema.isFinite(words)).abort())
  if (minimum !== undefined && maximum !== undefined) {
    return kind.check(Schema.isBetween({ minimum, maximum }, words))
  }
  if (minimum !== undefined) return kind.check(Schema.isGreaterThanOrEqualTo(minimum, words))
  return maximum === undefined ? kind : kind.check(Schema.isLessThanOrEqualTo(maximum, words))
}

const textOf = ({ also, form }: NodeOf<"text">, words: Message, notes: Message): Schema.Codec<unknown> => {
  const formed =
    form === undefined
      ? Schema.String.annotate(notes)
      : Schema.String.annotate(words).check(Schema.isPattern(form, notes).abort())
  if (also === undefined) return formed
  return formed.check(
    Schema.makeFilter(also.holds, also.expected === undefined ? words : expected(also.expected)),
  )
}

/** What is said of any value is said of its key: Effect leaves it out elsewhere. */
const fieldOf = (shape: Shape<unknown>): Schema.Codec<unknown> => {
  const { description, node } = shape
  const schema = schemaOf(shape)
  return node.kind === "unknown" && description !== undefined ? schema.annotateKey({ description }) : schema
}

const objectOf = (fields: Fields, others: ReadonlyArray<Others>): Schema.Codec<unknown> => {
  const struct = Schema.Struct(
    Object.fromEntries(
      Object.entries(fields).map(([key, field]) => [
        key,
        "optional" in field ? Schema.optionalKey(fieldOf(field.optional)) : fieldOf(field),
      ]),
    ),
  )
  if (others.length === 0) return struct
  const records = others.map(({ keys, value }) =>
    Schema.Record(Schema.String.check(Schema.isPattern(keys)), schemaOf(value)),
  )
  return Schema.StructWithRest(struct, records) as Schema.Codec<unknown>
}
