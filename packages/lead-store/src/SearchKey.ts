/**
 * The key by which leads are found by e-mail and phone, and the hashes that it makes.
 *
 * The table `lead_contact` has no address and no number, only their keyed hashes: an index of plain values, or of hashes
 * without a key, would show everybody who reads it whom the leads are. Why the key may be in the database:
 * docs/decisions/0031. Used by the worker (writes hashes) and the api (looks for them). Both must have the same key.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { createHash, createHmac, randomBytes } from "node:crypto"
import { type StoreError, storeCall } from "./StoreError.ts"

/** What is hashed: an e-mail address or a phone number, in the normal form that the normaliser gives it. */
export interface Contact {
  readonly kind: "email" | "phone"
  readonly value: string
}

/** Hashes a contact: 32 hexadecimal digits, the first half of an HMAC-SHA-256. The same value has one hash a kind. */
export type HashContact = (contact: Contact) => string

/** Options of {@link SearchKey.layer}. */
export interface SearchKeyOptions {
  /** `SEARCH_KEY`. None: a random key is made at the first start, and kept in the database. */
  readonly key: Option.Option<Redacted.Redacted>
}

/** The key, once the database can be asked. */
export class SearchKey extends Context.Service<
  SearchKey,
  {
    /**
     * The hash function of the key in use. The first success is kept; before, it asks the database, or makes a key there.
     * Only once the schema is there.
     */
    readonly hash: Effect.Effect<HashContact, StoreError>
  }
>()("@lead-gateway/lead-store/SearchKey") {
  static readonly layer = (options: SearchKeyOptions): Layer.Layer<SearchKey, never, PgClient.PgClient> =>
    Layer.effect(
      SearchKey,
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        let hash: HashContact | undefined
        const resolve = Option.match(options.key, {
          onNone: () => keptKey(sql),
          onSome: (key) => givenKey(sql, key),
        })
        return SearchKey.of({
          hash: Effect.suspend(() =>
            hash === undefined
              ? Effect.map(storeCall("SearchKey.hash")(resolve), (key) => (hash = hashBy(key)))
              : Effect.succeed(hash),
          ),
        })
      }),
    )
}

/** The domain is part of what is hashed, so that a number in a field for addresses is not the number. */
const hashBy =
  (key: Uint8Array): HashContact =>
  ({ kind, value }) =>
    createHmac("sha256", key).update(`${kind}\n${value}`).digest("hex").slice(0, 32)

/** What is stored of a key that was given. */
const fingerprintOf = (key: Uint8Array): Uint8Array =>
  createHash("sha256").update("search key\n").update(key).digest().subarray(0, 8)

const givenKey = Effect.fnUntraced(function* (sql: PgClient.PgClient, given: Redacted.Redacted) {
  const key = Buffer.from(Redacted.value(given), "utf8")
  const fingerprint = fingerprintOf(key)
  yield* sql`INSERT INTO search_key (fingerprint) VALUES (${fingerprint}) ON CONFLICT DO NOTHING`
  const others = yield* sql`SELECT FROM search_key WHERE fingerprint <> ${fingerprint}`
  if (others.length > 0) {
    yield* Effect.logWarning(
      "leads were hashed with another SEARCH_KEY before: those are not found by e-mail and phone",
    )
  }
  return key
})

/** The unique index lets one process make the key; the others read it. */
const keptKey = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const find = sql<{ key: Uint8Array }>`SELECT key FROM search_key WHERE key IS NOT NULL`
  const [found] = yield* find
  if (found !== undefined) return found.key
  const made = randomBytes(32)
  yield* sql`
    INSERT INTO search_key (fingerprint, key) VALUES (${fingerprintOf(made)}, ${made}) ON CONFLICT DO NOTHING`
  return (yield* find)[0]?.key ?? made
})
