/** The other libraries, each used in its documented fast way: prepared once, called per payload. */
import { Ajv2020 } from "ajv/dist/2020.js"
import { Engine, type NestedCondition } from "json-rules-engine"
import { z } from "zod"
import { type Check, type Decide, isMissing, nest, type Payload, valueAt } from "./Check.ts"

/** The checks of each path. */
const byPath = (checks: ReadonlyArray<Check>): ReadonlyMap<string, ReadonlyArray<Check>> =>
  Map.groupBy(checks, ({ path }) => path)

/** An object schema from what its fields ask for, level by level. */
const objectOf = <A>(
  fields: Payload,
  isLeaf: (value: unknown) => value is A,
  make: (fields: Record<string, A>) => A,
): A =>
  make(
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        isLeaf(value) ? value : objectOf(value as Payload, isLeaf, make),
      ]),
    ),
  )

/** One schema, compiled to a function; it stops at the first error. */
export const ajv = (checks: ReadonlyArray<Check>): Decide => {
  class Leaf {
    readonly schema: object
    constructor(schema: object) {
      this.schema = schema
    }
  }
  const leaf = (check: Check): object => {
    switch (check.kind) {
      case "pattern":
        return { type: "string", pattern: check.pattern }
      case "equals":
        return { const: check.value }
      case "present":
        return { not: { type: "null" }, pattern: "\\S" }
    }
  }
  const fields = nest(
    [...byPath(checks)].map(([path, all]) => [path, new Leaf({ allOf: all.map(leaf) })] as const),
  )
  const { schema } = objectOf(
    fields,
    (value) => value instanceof Leaf,
    (properties) =>
      new Leaf({
        type: "object",
        required: Object.keys(properties),
        properties: Object.fromEntries(Object.entries(properties).map(([key, { schema }]) => [key, schema])),
      }),
  )
  const validate = new Ajv2020({ strictTypes: false }).compile(schema)
  return (payload) => validate(payload)
}

/** One schema. */
export const zod = (checks: ReadonlyArray<Check>): Decide => {
  const leaf = (all: ReadonlyArray<Check>): z.ZodType => {
    const [first] = all
    if (first?.kind === "equals") return z.literal(first.value)
    if (first?.kind === "present") return z.unknown().refine((value) => !isMissing(value))
    return all.reduce(
      (schema, check) => (check.kind === "pattern" ? schema.regex(new RegExp(check.pattern)) : schema),
      z.string(),
    )
  }
  const fields = nest([...byPath(checks)].map(([path, all]) => [path, leaf(all)] as const))
  const schema = objectOf(
    fields,
    (value) => value instanceof z.ZodType,
    (shape): z.ZodType => z.object(shape),
  )
  return (payload) => schema.safeParse(payload).success
}

/**
 * One rule that asks for all conditions.
 *
 * With operators that hold compiled patterns, and with paths that are split once instead of its own JSONPath.
 */
export const jsonRulesEngine = (checks: ReadonlyArray<Check>): Decide => {
  const patterns = new Map(
    checks.flatMap((check) => (check.kind === "pattern" ? [[check.pattern, new RegExp(check.pattern)]] : [])),
  )
  const paths = new Map(checks.map(({ path }) => [path, path.split(".")]))
  const engine = new Engine([], {
    allowUndefinedFacts: true,
    pathResolver: (payload, path) => valueAt(payload, paths.get(path) ?? []),
  })
  engine.addOperator(
    "matches",
    (value: unknown, pattern: string) =>
      typeof value === "string" && patterns.get(pattern)?.test(value) === true,
  )
  engine.addOperator("is", (value: unknown, wanted: unknown) => value === wanted)
  engine.addOperator("present", (value: unknown) => !isMissing(value))
  const condition = (check: Check): NestedCondition => {
    const { path } = check
    switch (check.kind) {
      case "pattern":
        return { fact: "lead", path, operator: "matches", value: check.pattern }
      case "equals":
        return { fact: "lead", path, operator: "is", value: check.value }
      case "present":
        return { fact: "lead", path, operator: "present", value: true }
    }
  }
  engine.addRule({ conditions: { all: checks.map(condition) }, event: { type: "accepted" } })
  return async (lead) => (await engine.run({ lead })).events.length > 0
}
