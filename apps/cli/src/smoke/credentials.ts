/** By which secrets `smoke` is let in. They are no flags, since every user of the machine sees those. */
import { Kind, Settings } from "@lead-gateway/config"
import { Option, Redacted } from "effect"
import { createHmac } from "node:crypto"

/** Those of senders and of operators, as the api has them. */
export const secrets = Settings.all({
  shared: Settings.optional("SHARED_SECRET", Kind.tokens, "The value of `X-Shared-Secret`"),
  signing: Settings.optional(
    "WEBHOOK_SIGNING_SECRETS",
    Kind.tokens,
    "The secrets of signed webhooks; the first of Standard Webhooks signs",
  ),
  operator: Settings.optional("OPERATOR_TOKENS", Kind.tokens, "The bearer token of operators"),
})

/** What they were set to. */
type Secrets = typeof secrets extends Settings.Settings<infer A> ? A : never

type Headers = Readonly<Record<string, string>>

/** What is signed. */
interface Message {
  readonly id: string
  readonly timeMs: number
  readonly body: string
}

/** The headers that let a webhook in: a shared secret if there is one, or else a signature of Standard Webhooks. */
export const ofSender = ({ shared, signing }: Secrets, message: Message): Headers => {
  const [secret] = valuesOf(shared)
  if (secret !== undefined) return { "X-Shared-Secret": secret }
  const [key] = valuesOf(signing).flatMap((value) => /^whsec_(.+)$/.exec(value)?.[1] ?? [])
  return key === undefined ? {} : signed(Buffer.from(key, "base64"), message)
}

/** The headers that let an operator in. */
export const ofOperator = ({ operator }: Secrets): Headers => {
  const [token] = valuesOf(operator)
  return token === undefined ? {} : { Authorization: `Bearer ${token}` }
}

/** What to do when a webhook is answered 401. */
export const senderAdvice =
  "set the api's SHARED_SECRET, or WEBHOOK_SIGNING_SECRETS with one of Standard Webhooks (whsec_…); no other signature can be made here: deploy/bin leaves the test out with SMOKE=no"

/** Standard Webhooks 1.0. */
const signed = (key: Buffer, { body, id, timeMs }: Message): Headers => {
  const timestamp = String(Math.floor(timeMs / 1000))
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` }
}

const valuesOf = (tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>): ReadonlyArray<string> =>
  Option.getOrElse(tokens, () => []).map((token) => Redacted.value(token))
