import { isJsonObject } from "@lead-gateway/lossless-json"

/** An object with its own properties alone: a schema would take inherited ones for keys of the document. */
export const ownOf = (json: unknown): unknown => (isJsonObject(json) ? { __proto__: null, ...json } : json)
