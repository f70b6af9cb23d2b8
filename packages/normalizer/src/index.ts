/**
 * One way to write what people write in many: e-mail addresses, phone numbers, white space, yes and no.
 *
 * A profile is JSON that says which fields hold what. `compile` checks it once and reports every mistake;
 * `normalize` then brings payload after payload into form, without ever failing. Used by the lead pipeline
 * after the rules. It does not judge whether a value is right, rename keys or look at anything but its input.
 */
export type { Mistake } from "@lead-gateway/document-check"
export { type Change, type ChangeKind, maxChanges, type Normalized, normalize } from "./normalize.ts"
export {
  compile,
  defaultProfile,
  type FieldKind,
  type Fields,
  type Profile,
  type ProfileData,
} from "./Profile.ts"
export { ProfileInvalid } from "./ProfileInvalid.ts"
