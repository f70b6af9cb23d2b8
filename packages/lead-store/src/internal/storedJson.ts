import { type Json, parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"

/**
 * Reads the text of a `jsonb` value; the driver's own reading would round numbers.
 *
 * Intake has checked depth and digits; Postgres prints exponents out, so its text may have longer numbers
 * than the sender wrote, and the limits do not apply again.
 */
export const storedJson = (text: string): Json =>
  Result.getOrThrow(parse(text, { maxDigits: Infinity, maxDepth: Infinity }))
