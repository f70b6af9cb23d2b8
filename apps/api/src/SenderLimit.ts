/** How much one sender may send: counted by its address, or by the credential that it has proved to know. */
import type { ClientSettings } from "@lead-gateway/config"
import { Option } from "effect"
import type { IncomingMessage } from "node:http"
import { makeClientAddress } from "./ClientAddress.ts"
import { makeSenderRate, networkOf } from "./SenderRate.ts"

/** The limit, asked at each step of a webhook. All answer with milliseconds to wait, 0 when the webhook is allowed. */
export interface SenderLimit {
  /** Before anything of the webhook is checked. */
  readonly arrived: (request: IncomingMessage) => number
  /** Before a secret is looked for in its body: others of the same address may have been refused since it arrived. */
  readonly bodyRead: (request: IncomingMessage) => number
  /** Once it is known who sent it: by a credential, or by nobody who has proved to be a sender. */
  readonly identified: (request: IncomingMessage, credential: string | undefined) => number
}

/**
 * Makes the limit; none without `INTAKE_RATE_LIMIT`.
 *
 * By `address`, a webhook counts as it arrives. By `credential`, it counts once its sender is known: for the credential, or
 * for its address if none is proved. An address that has used up its own share waits before its secrets are looked at:
 * otherwise 429 and 200 would tell a wrong guess from a right one without end. Credentials are as many as are configured.
 */
export const makeSenderLimit = ({
  intakeRateBy,
  intakeRateLimit,
  trustedProxies,
}: ClientSettings): SenderLimit | undefined => {
  if (Option.isNone(intakeRateLimit)) return undefined
  const addresses = makeSenderRate(intakeRateLimit.value)
  const clientAddress = makeClientAddress(trustedProxies)
  const networkOfClient = (request: IncomingMessage) => networkOf(clientAddress(request))
  if (intakeRateBy === "address") {
    return {
      arrived: (request) => addresses.waitMs(networkOfClient(request), performance.now()),
      bodyRead: () => 0,
      identified: () => 0,
    }
  }
  const credentials = makeSenderRate(intakeRateLimit.value)
  const hasUsedUp = (request: IncomingMessage) =>
    addresses.peekMs(networkOfClient(request), performance.now())
  return {
    arrived: hasUsedUp,
    bodyRead: hasUsedUp,
    identified: (request, credential) =>
      credential === undefined
        ? addresses.waitMs(networkOfClient(request), performance.now())
        : credentials.waitMs(credential, performance.now()),
  }
}
