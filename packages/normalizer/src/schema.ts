/**
 * Profiles by Effect's `Schema`, for programs that use it. An entry of its own, because `Schema` is most of Effect's size.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { ProfileData as shape } from "./ProfileData.ts"

/** The schema of a profile. `compileProfile` checks more than the schema and reports errors in the profile's own terms. */
export const ProfileData = schemaOf(shape)
/** A profile as data. */
export type ProfileData = typeof ProfileData.Type
