/**
 * JSON that keeps every digit.
 *
 * `JSON.parse` rounds a 20-digit id to a double; this package keeps it. Used wherever a payload crosses a
 * process: the api parses webhooks with it, the store reads `jsonb` with it, and the rule packages recognise
 * its numbers. It adds no number type of its own: long numbers are the platform's `JSON.rawJSON` objects.
 * It does no arithmetic with them.
 */
export {
  get,
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonArray,
  type JsonObject,
  type RawNumber,
  stringify,
} from "./Json.ts"
export { mergePatch } from "./mergePatch.ts"
export { JsonInvalid, parse, type ParseLimits, type ParseOptions } from "./parse.ts"
