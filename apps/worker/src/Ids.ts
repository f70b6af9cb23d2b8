import { TraceParent } from "@lead-gateway/runtime"
import { Option } from "effect"
import { randomFillSync, randomUUID } from "node:crypto"

/** Random ids for deliveries. */
export interface Ids {
  /** An idempotency key: a UUID. */
  readonly key: () => string
  /**
   * The `traceparent` of one attempt. The sender's trace goes on; without one, a delivery's attempts share a trace that
   * is its idempotency key.
   */
  readonly traceparent: (sent: string | undefined, idempotencyKey: string) => string
}

/** Random ids; bytes are drawn by the page. */
export const makeIds = (): Ids => {
  const bytes = Buffer.alloc(4096)
  let at = bytes.length
  const spanId = (): string => {
    if (at === bytes.length) {
      randomFillSync(bytes)
      at = 0
    }
    const id = bytes.toString("hex", at, at + 8)
    at += 8
    return id === "0000000000000000" ? spanId() : id
  }
  return {
    key: () => randomUUID(),
    traceparent: (sent, idempotencyKey) => {
      const trace = sent === undefined ? Option.none() : TraceParent.parse(sent)
      return Option.isSome(trace)
        ? TraceParent.format({ ...trace.value, spanId: spanId() })
        : `00-${idempotencyKey.replaceAll("-", "")}-${spanId()}-00`
    },
  }
}
