import { isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { Schema } from "effect"

/**
 * Any JSON, passed through as it is: `12345678901234567890` leaves with every digit.
 *
 * Not `Schema.Json`, which looks through the whole value and has no word for the numbers that keep their
 * digits (`JSON.rawJSON`). A client that reads answers with `JSON.parse` rounds such numbers all the same.
 */
export const AnyJson: Schema.Codec<Json> = Schema.declare((value): value is Json => value !== undefined, {
  toCodecJson: () => undefined,
  description: "Any JSON. Numbers keep every digit.",
})

/** Any JSON object, passed through as it is. */
export const AnyJsonObject: Schema.Codec<JsonObject> = Schema.declare(isJsonObject, {
  toCodecJson: () => undefined,
  description: "Any JSON object. Numbers keep every digit.",
})
