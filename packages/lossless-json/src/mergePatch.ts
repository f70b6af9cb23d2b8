import { isJsonObject, type Json, type JsonObject } from "./Json.ts"

/**
 * Applies a JSON Merge Patch (RFC 7396): a key with `null` is removed, an object is merged into the one that is there, and
 * any other value replaces what is there. Lists are replaced as a whole.
 *
 * Neither argument is changed. Numbers keep their digits, and `__proto__` is a key like any other. Keys keep their order;
 * new ones come last. Example: `{"a":{"b":1,"c":2}}` with `{"a":{"b":null,"d":3}}` is `{"a":{"c":2,"d":3}}`.
 */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject
export function mergePatch(target: Json | undefined, patch: Json): Json
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged = new Map<string, Json>(isJsonObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}
