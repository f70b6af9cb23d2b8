import { Schema } from "effect"

/**
 * An attribute that was left out of the customer payload, and a short code why: never its value. With an `index`
 * it is that item of a list, from 0; the others are sent.
 */
export const OmittedAttribute = Schema.Struct({
  name: Schema.String,
  reason: Schema.String,
  index: Schema.optionalKey(Schema.Int),
})
export type OmittedAttribute = typeof OmittedAttribute.Type
