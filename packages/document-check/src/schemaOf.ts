import * as Schema from "effect/Schema"
import { expected } from "./reportIssue.ts"
import type { Annotations, Fields, NodeOf, ObjectShape, Others, Shape } from "./ShapeNode.ts"

/**
 * The Effect `Schema` of a shape: to decode, to generate values in tests, to make a JSON Schema. It accepts the values
 * that `read` accepts, and `reportIssue` turns its issues into the diagnostics that `read` reports.
 */
export const schemaOf = <T>(shape: Shape<T>): Schema.Codec<T> => {
  const schema = known.get(shape) ?? named(translated(shape), shape)
  // A lazy shape refers to another one; cached, it would get a definition of its own in JSON Schemas.
  if (shape.node.kind !== "lazy") known.set(shape, schema)
  return schema as Schema.Codec<T>
}

/** Schemas by shape, so that a recursive shape has a recursive schema. */
const known = new WeakMap<Shape<unknown>, Schema.Codec<unknown>>()

/** Sets the identifier on the outermost check, where Effect looks for the name of a definition. */
const named = (schema: Schema.Codec<unknown>, { identifier }: Annotations): Schema.Codec<unknown> =>
  identifier === undefined ? schema : schema.annotate({ identifier })

const translated = (shape: Shape<unknown>): Schema.Codec<unknown> => {
  const { description, node } = shape
  const message = expected(shape.expected)
  const annotations = description === undefined ? message : { ...message, description }
  switch (node.kind) {
    case "unknown":
      return Schema.Unknown
    case "null":
      return Schema.Null.annotate(annotations)
    case "boolean":
      return Schema.Boolean.annotate(annotations)
    case "literals":
      // Schema discriminates the members of a union by a literal, not by a union of one literal.
      return (
        node.values.length === 1 ? Schema.Literal(node.values[0] ?? "") : Schema.Literals(node.values)
      ).annotate(annotations)
    case "number":
      return numberOf(node, Schema.Number.annotate(annotations), message)
    case "text":
      return textOf(node, message, annotations)
    case "list": {
      const { item, minimum = 0, maximum, expectedLength } = node
      const list = Schema.Array(schemaOf(item)).annotate(annotations)
      const length = expectedLength === undefined ? message : expected(expectedLength)
      if (maximum !== undefined) return list.check(Schema.isBetweenLength(minimum, maximum, length))
      return minimum > 0 ? list.check(Schema.isMinLength(minimum, length)) : list
    }
    case "record": {
      const { isFilled, names, value } = node
      const record = Schema.Record(Schema.String, schemaOf(value)).annotate(annotations)
      const filled = isFilled ? record.check(Schema.isMinProperties(1, message)) : record
      return names === undefined
        ? filled
        : filled.check(Schema.isPropertyNames(schemaOf(names), expected(names.expected)))
    }
    case "object":
      return objectOf(node.fields, node.others).annotate(annotations)
    case "variants":
      return Schema.Union(
        Array.from(new Set<ObjectShape<unknown>>(node.members.values()), schemaOf),
      ).annotate(annotations)
    case "union":
      return Schema.Union(node.members.map(schemaOf)).annotate(annotations)
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
  { isExact, isWhole, maximum, minimum }: NodeOf<"number">,
  number: Schema.Number,
  message: Message,
): Schema.Codec<unknown> => {
  if (isExact === true) return number.check(Schema.isFinite(message))
  const kind = number.check((isWhole ? Schema.isInt(message) : Schema.isFinite(message)).abort())
  if (minimum !== undefined && maximum !== undefined) {
    return kind.check(Schema.isBetween({ minimum, maximum }, message))
  }
  if (minimum !== undefined) return kind.check(Schema.isGreaterThanOrEqualTo(minimum, message))
  return maximum === undefined ? kind : kind.check(Schema.isLessThanOrEqualTo(maximum, message))
}

const textOf = (
  { also, form }: NodeOf<"text">,
  message: Message,
  annotations: Message,
): Schema.Codec<unknown> => {
  const formed =
    form === undefined
      ? Schema.String.annotate(annotations)
      : Schema.String.annotate(message).check(Schema.isPattern(form, annotations).abort())
  if (also === undefined) return formed
  const { expected: special, holds } = also
  return formed.check(
    typeof special === "function"
      ? Schema.makeFilter((text) => holds(text) || expected(special(text)).message)
      : Schema.makeFilter(holds, special === undefined ? message : expected(special)),
  )
}

/** Effect drops the description of an unknown value, but keeps that of its key. */
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
