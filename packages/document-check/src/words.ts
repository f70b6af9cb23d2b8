import * as Schema from "effect/Schema"

/**
 * Says what is expected, in the words of a document's author: annotate a type or a check of a schema with it.
 *
 * Example: `Schema.Boolean.annotate(expected("true or false"))`.
 */
export const expected = (allowed: string): { readonly message: string } => ({
  message: `Expected ${allowed}`,
})

/**
 * The schema of a text that has a form; a value of another type and a text of another form get the same message.
 *
 * With the flag `u` the form is in the JSON Schema too.
 */
export const textOf = (
  form: RegExp,
  allowed: string,
  annotations: { readonly description?: string; readonly examples?: ReadonlyArray<string> } = {},
): Schema.String =>
  Schema.String.annotate({ ...expected(allowed), ...annotations }).check(
    Schema.isPattern(form, expected(allowed)),
  )

/** The schema of a text that has something in it: a version, a name. */
export const NotBlank: Schema.String = textOf(/[^\s\u0085]/u, "a text that is not blank")

/** The schema of the `$schema` key that editors look at; any text, and of no other use. */
export const SchemaReference: Schema.optionalKey<Schema.String> = Schema.optionalKey(
  Schema.String.annotate({
    ...expected("a text: where the JSON Schema of this document is"),
    description: "Where the JSON Schema of this document is; for editors alone.",
  }),
)
