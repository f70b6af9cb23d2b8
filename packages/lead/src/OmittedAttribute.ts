import { Schema } from "effect"

/** An attribute that was left out of the customer payload, and a short code why: never its value. */
export const OmittedAttribute = Schema.Struct({ name: Schema.String, reason: Schema.String })
export type OmittedAttribute = typeof OmittedAttribute.Type
