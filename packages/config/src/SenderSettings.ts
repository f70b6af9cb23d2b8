/** How webhooks are told apart from their repetitions, and what else than JSON they may be. */
import { parsePath, printPath, type FieldPath } from "@lead-gateway/lead-field"
import { Duration, Option, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** What senders may do. */
export interface SenderSettings {
  /** How long a key stands for the lead that came first with it. */
  readonly idempotencyTtl: Duration.Duration
  /** The field of the payload that is the key of a webhook without a header. */
  readonly idempotencyField: Option.Option<FieldPath>
  /** How long an equal body without a key counts as the same webhook; none: each is a lead of its own. */
  readonly dedupeWindow: Option.Option<Duration.Duration>
  /** Whether forms are accepted beside JSON. */
  readonly acceptForms: boolean
}

const window = { minimum: Duration.seconds(1), maximum: Duration.hours(720) }

/** A path to one field: not to the payload itself, and without a segment `*`. */
const fieldPath: Kind.Kind<FieldPath> = Kind.make(
  "a path such as lead_id or contact.id",
  "lead_id",
  (text) => {
    const path = text.length > 1000 ? undefined : parsePath(text)
    return path === undefined || path.length === 0 || path.includes("*") ? undefined : path
  },
  printPath,
)

const windowOrOff: Kind.Kind<Option.Option<Duration.Duration>> = Kind.make(
  `off or ${Quantity.duration(window).expected}`,
  "off",
  (text) => {
    if (/^off$/i.test(text)) return Option.none()
    const value = Quantity.duration(window).read(text)
    return Result.isSuccess(value) ? Option.some(value.success) : undefined
  },
  Option.match({ onNone: () => "off", onSome: Quantity.duration(window).show }),
)

/** `IDEMPOTENCY_TTL`, `IDEMPOTENCY_FIELD`, `DEDUPE_WINDOW` and `ACCEPT_FORMS`. */
export const senderSettings: Settings.Settings<SenderSettings> = Settings.all({
  idempotencyTtl: Settings.withDefault(
    "IDEMPOTENCY_TTL",
    Quantity.duration(window),
    "How long an `Idempotency-Key` or `webhook-id` that comes again gets the first answer and makes no new lead",
    Duration.hours(24),
  ),
  idempotencyField: Settings.optional(
    "IDEMPOTENCY_FIELD",
    fieldPath,
    "The field of the payload whose text or number is the key of a webhook that has no such header",
  ),
  dedupeWindow: Settings.withDefault(
    "DEDUPE_WINDOW",
    windowOrOff,
    "How long an equal body makes no new lead, of webhooks without a key",
    Option.none(),
  ),
  acceptForms: Settings.withDefault(
    "ACCEPT_FORMS",
    Kind.boolean,
    "Accepts `application/x-www-form-urlencoded` and `multipart/form-data` (text fields) beside JSON",
    false,
  ),
})
