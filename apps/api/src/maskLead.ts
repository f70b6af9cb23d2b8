/**
 * What viewers see of a lead: its structure, and none of its values.
 *
 * Every text is `*`, every number 0 and every boolean false, so that the types stay and an answer is not longer than the
 * lead. Keys that the configuration does not name may be a person's data themselves: they are `*1`, `*2` and so on.
 */
import type { LeadEventType } from "@lead-gateway/lead"
import type { LeadEvent, LeadHistory } from "@lead-gateway/lead-store"
import { get, isJsonObject, isRawNumber, type Json } from "@lead-gateway/lossless-json"

/** Whether a key is one that the rules, the profile, the mapping or the template name. */
export type IsKnownKey = (key: string) => boolean

/**
 * The keys that documents of the configuration name: their own keys, and every segment of a path such as
 * `house.is_owner` in their texts. No lead's value is among them, since documents do not hold any.
 */
export const keysOfDocuments = (documents: ReadonlyArray<Json>): IsKnownKey => {
  const known = new Set<string>()
  const collect = (value: Json): void => {
    if (typeof value === "string") {
      known.add(value)
      for (const segment of value.split(".")) known.add(segment)
    } else if (Array.isArray(value)) value.forEach(collect)
    else if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        collect(key)
        collect(inner)
      }
    }
  }
  documents.forEach(collect)
  return (key) => known.has(key)
}

/** Masks a JSON value. Masking twice is masking once, as long as nobody names a key `*1`. */
export const maskJson = (value: Json, isKnown: IsKnownKey): Json => {
  if (value === null) return null
  if (typeof value === "string") return "*"
  if (typeof value === "number" || isRawNumber(value)) return 0
  if (typeof value === "boolean") return false
  if (Array.isArray(value)) return value.map((item: Json) => maskJson(item, isKnown))
  let unknown = 0
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      isKnown(key) ? key : `*${++unknown}`,
      maskJson(inner, isKnown),
    ]),
  )
}

/**
 * Masks everything of a history that is, or may quote, a value of the lead: payloads, the customer's answers, and the
 * texts of failures.
 *
 * What is left says what happened: states, times, statuses, codes of reasons, numbers of attempts, names of the
 * configuration. The correlation id stays, since lists and logs have it too.
 */
export const maskHistory = <History extends LeadHistory>(history: History, isKnown: IsKnownKey): History => ({
  ...history,
  rawPayload: maskJson(history.rawPayload, isKnown),
  normalizedPayload: maskJson(history.normalizedPayload, isKnown),
  customerPayload: maskJson(history.customerPayload, isKnown),
  unread: history.unread.map((value) => ({ ...value, path: maskPath(value.path, isKnown) })),
  deliveryAttempts: history.deliveryAttempts.map((attempt) => ({
    ...attempt,
    errorMessage: maskText(attempt.errorMessage),
    responseBody: maskText(attempt.responseBody),
    customerReason: maskText(attempt.customerReason),
  })),
  events: history.events.map((event) => ({ ...event, details: maskDetails(event, isKnown) })),
})

const maskDetails = ({ details, type }: LeadEvent, isKnown: IsKnownKey): Json => {
  const known = Object.hasOwn(eventDetails, type) ? eventDetails[type as LeadEventType] : "masked"
  if (known === "shown") return details
  if (known === "masked" || !isJsonObject(details)) return maskJson(details, isKnown)
  return { ...details, patch: maskJson(get(details, "patch") ?? null, isKnown) }
}

const maskText = (text: string | null): string | null => (text === null ? null : "*")

/** The path of a value, `house.is_owner`: indices and keys that are known stay. */
const maskPath = (path: string, isKnown: IsKnownKey): string =>
  path
    .split(/(?<!\\)\./)
    .map((segment) => (/^\d+$/.test(segment) || isKnown(segment) ? segment : "*"))
    .join(".")

/**
 * Whether the details of an event hold nothing of the lead, or something in their `patch` alone. A new event does not
 * compile until that is said of it.
 */
const eventDetails: Readonly<Record<LeadEventType, "shown" | "patch" | "masked">> = {
  received: "shown",
  ready: "shown",
  rejected: "shown",
  parked: "shown",
  attempt_opened: "shown",
  attempt_succeeded: "shown",
  attempt_failed: "shown",
  attempt_outcome_unknown: "shown",
  retry_scheduled: "shown",
  delivered: "shown",
  permanently_failed: "shown",
  attempt_withdrawn: "shown",
  held_back: "shown",
  snoozed: "shown",
  replayed: "shown",
  patched: "patch",
}
