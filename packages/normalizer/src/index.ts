/**
 * Normalises what people write in many ways: e-mail addresses, phone numbers, postal codes, dates, numbers, booleans.
 *
 * A profile is JSON that declares which fields hold which kind of value, and which fields of a source are which of ours.
 * `compileProfile` checks it once and reports every error; `normalize` then normalises any number of payloads and never fails.
 * Used by the lead pipeline after the rules. It does not judge whether a value is correct, and depends on its input only.
 */
export type { Diagnostic } from "@lead-gateway/document-check"
export { type Change, type ChangeKind, maxChanges, type Unread } from "./ChangeReport.ts"
export { type DeclaredValue, declaredValues } from "./declaredValues.ts"
export type { DayOrder, FieldDeclaration, FieldKind, Notation } from "./FieldDeclaration.ts"
export { type Normalized, normalize, type NormalizeOptions } from "./normalize.ts"
export { compileProfile, compileProfileOrThrow, type Profile, ProfileInvalid } from "./Profile.ts"
export { defaultProfile, type ProfileData } from "./ProfileData.ts"
