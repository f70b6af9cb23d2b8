/** How leads are found by e-mail and phone. */
import { type Option, Redacted } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The search for leads by e-mail and phone. Api and worker must have the same. */
export interface SearchSettings {
  /** None: a key is made at the first start, and kept in the database. */
  readonly key: Option.Option<Redacted.Redacted>
}

const key = Kind.makeSecret("at least 16 characters", "change-me-to-32-random-letters", (text) =>
  text.trim().length >= 16 ? Redacted.make(text.trim()) : undefined,
)

/** `SEARCH_KEY`. */
export const searchSettings: Settings.Settings<SearchSettings> = Settings.all({
  key: Settings.optional(
    "SEARCH_KEY",
    key,
    "Key of the hashes by which leads are found by e-mail and phone, the same for api and worker; unless it is set, one is made at the first start and kept in the database. With another key, leads decided before are not found",
  ),
})
