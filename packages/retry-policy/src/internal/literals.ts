import { expected } from "@lead-gateway/document-check"
import { Schema } from "effect"

/** One of some texts, told of in the words of a policy's author and shown by an editor. */
export const literals = <const L extends ReadonlyArray<string>>(values: L, description: string) =>
  Schema.Literals(values).annotate({
    ...expected(values.map((value) => JSON.stringify(value)).join(" or ")),
    description,
  })
