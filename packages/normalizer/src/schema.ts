/** Profiles by Effect's `Schema`, for those who use it. Apart from the rest, since Schema is most of what Effect weighs. */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { ProfileData as shape } from "./Profile.ts"

/** The schema of a profile. Make one ready for use with `compile`, which reports mistakes better and finds more. */
export const ProfileData = schemaOf(shape)
export type ProfileData = typeof ProfileData.Type
