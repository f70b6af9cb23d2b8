/** By which e-mail addresses and phone numbers a lead is found. */
import type { Flow } from "@lead-gateway/lead-pipeline"
import type { Contact, HashContact, SearchKey, StoreError } from "@lead-gateway/lead-store"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { declaredValues, normalize } from "@lead-gateway/normalizer"
import { Effect } from "effect"

/** Hashes the contacts of leads, once it is ready. */
export interface Contacts {
  /** Gets the key. Repeatable. Leads that are decided before would not be found. */
  readonly ready: Effect.Effect<void, StoreError>
  /** The hashes of a lead: of the fields that the profile declares as e-mail or phone, each once. */
  readonly of: ContactsOf
}

/** The hashes of a lead's contacts, from its payload as it came, and as it was normalised if it was. */
export type ContactsOf = (payload: JsonObject, normalized: JsonObject | undefined) => ReadonlyArray<string>

/** The contacts of leads that one flow decides on. */
export const makeContacts = (
  { profile }: Pick<Flow.Flow, "profile">,
  searchKey: Pick<SearchKey["Service"], "hash">,
): Contacts => {
  let hash: HashContact | undefined
  return {
    ready: Effect.map(searchKey.hash, (made) => {
      hash = made
    }),
    of: (payload, normalized) => {
      const hashOf = hash
      if (hashOf === undefined) return []
      // A lead that the rules reject as it came is not normalised; people look for those most of all.
      const read = normalized ?? normalize(profile, payload).payload
      const hashes = declaredValues(profile, read, kinds).map((found) => hashOf(found as Contact))
      return hashes.length > 1 ? [...new Set(hashes)] : hashes
    },
  }
}

const kinds = ["email", "phone"] as const
