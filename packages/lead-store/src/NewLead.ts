import type { SenderKey } from "./SenderKey.ts"

/** A lead as it arrived, ready to be stored: every text is already storable (see `storableText`). */
export interface NewLead {
  /** The payload as JSON text, kept as it is. */
  readonly payload: string
  /** The request's headers as JSON text, secrets redacted. */
  readonly sourceHeaders: string
  /** SHA-256 of the body's bytes. */
  readonly payloadHash: Uint8Array
  readonly correlationId: string
  /** How long workers leave the lead to the queue before they claim it by its schedule. */
  readonly queuePatienceMs: number
  /** What makes it a duplicate of an earlier webhook; without one, it is a lead of its own. */
  readonly senderKey?: SenderKey | undefined
}
