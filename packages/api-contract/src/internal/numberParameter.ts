import { Schema, SchemaTransformation } from "effect"

/**
 * A whole number in a path or query, written in plain digits. `allowed` ends the sentence "… must be …".
 *
 * Not `NumberFromString`: that also takes `1e2`, `+5` and `0x10`.
 */
export const numberParameter = <A extends number>(
  target: Schema.Codec<A, number>,
  allowed: string,
): Schema.Codec<A, string> => {
  const fits = Schema.is(target)
  return Schema.String.annotate({ message: allowed })
    .check(
      Schema.makeFilter((text) => /^[1-9]\d{0,15}$/.test(text) && fits(Number(text)), { message: allowed }),
    )
    .pipe(
      Schema.decodeTo(
        target,
        SchemaTransformation.transform({ decode: (text: string) => Number(text), encode: String }),
      ),
    )
}
