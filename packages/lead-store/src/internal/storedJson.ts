import { type Json, parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"

/**
 * Reads the text of a stored JSON value; the driver's own reading would round numbers. Undefined for what is no JSON.
 *
 * Intake has checked depth and digits; the limits do not apply again.
 */
export const storedJson = (text: string): Json | undefined =>
  Result.getOrUndefined(parse(text, { maxDigits: Infinity, maxExponent: Infinity, maxDepth: Infinity }))
