import { createHmac } from "node:crypto"

/** The key in a secret of Standard Webhooks, `whsec_` and base64 of 24 to 64 bytes; `undefined` if it is none. */
export const signingKey = (secret: string): Buffer | undefined => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  if (base64 === undefined) return undefined
  const key = Buffer.from(base64, "base64")
  // Node reads over what is wrong with it: only what comes out as it went in was base64.
  return key.toString("base64") === base64 && key.length >= 24 && key.length <= 64 ? key : undefined
}

/**
 * The headers of Standard Webhooks 1.0, names and values in turn: identifier, time in seconds, and one signature for each key, of
 * `<id>.<timestamp>.<body>`.
 */
export const signatureHeaders = (
  keys: ReadonlyArray<Buffer>,
  message: { readonly id: string; readonly timeMs: number; readonly body: string },
): ReadonlyArray<string> => {
  const timestamp = String(Math.floor(message.timeMs / 1000))
  const signed = `${message.id}.${timestamp}.`
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(signed).update(message.body).digest("base64")}`,
  )
  const identity = ["webhook-id", message.id, "webhook-timestamp", timestamp]
  return [...identity, "webhook-signature", signatures.join(" ")]
}
