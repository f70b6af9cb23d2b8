/**
 * One way to write what people write in many: e-mail addresses, phone numbers, dates, numbers, yes and no.
 *
 * A profile is JSON that says which fields hold what, and which of a source's fields are which of ours. `compile`
 * checks it once and reports every mistake; `normalize` then brings payload after payload into form, without ever
 * failing. Used by the lead pipeline after the rules. It does not judge whether a value is right, and looks at
 * nothing but its input.
 */
export type { Diagnostic } from "@lead-gateway/document-check"
export type { Change, ChangeKind, Unread } from "./Change.ts"
export { compile, type Profile } from "./compile.ts"
export type { DayOrder, FieldDeclaration, FieldKind, Notation } from "./FieldDeclaration.ts"
export { maxChanges, type Normalized, normalize, type NormalizeOptions } from "./normalize.ts"
export { defaultProfile, type ProfileData } from "./Profile.ts"
export { ProfileInvalid } from "./ProfileInvalid.ts"
