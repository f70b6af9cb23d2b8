import { Schema } from "effect"

/**
 * One schema of objects that take one of these sets of keys.
 *
 * The type is not inferred: a union of twenty members that holds itself is more than the compiler can print. The
 * tests hold both against each other.
 */
export const unionOf = <Type>(
  keys: Readonly<Record<string, Schema.Struct.Fields>>,
): Schema.Codec<Type, Type> => {
  const union: Schema.Top = Schema.Union(Object.values(keys).map((fields) => Schema.Struct(fields)))
  return union as Schema.Codec<Type, Type>
}
