import * as Schema from "effect/Schema"

/**
 * The schema of objects that have one of these sets of keys.
 *
 * The type is given, not inferred: the compiler cannot print a recursive union of twenty members. A test compares
 * the two.
 */
export const unionOf = <Type>(
  keys: Readonly<Record<string, Schema.Struct.Fields>>,
): Schema.Codec<Type, Type> => {
  const union: Schema.Top = Schema.Union(Object.values(keys).map((fields) => Schema.Struct(fields)))
  return union as Schema.Codec<Type, Type>
}
