/**
 * Why Redis did not do what it was asked, in words that hold no secret and no lead.
 */
import { Data } from "effect"

/** A command failed, or there is no connection to send it by. */
export class RedisTrouble extends Data.TaggedError("RedisTrouble")<{
  /** A code of Redis or of the network, such as `READONLY` or `ECONNREFUSED`; or a few words. */
  readonly reason: string
}> {
  override get message(): string {
    return this.reason
  }
}

/**
 * The code of an error and nothing else of it: Redis repeats the arguments of a command it does not know, and
 * with that of AUTH the password.
 */
export const troubleOf = (error: unknown): RedisTrouble => {
  if (error instanceof RedisTrouble) return error
  if (!(error instanceof Error)) return new RedisTrouble({ reason: "unknown" })
  if ("code" in error && typeof error.code === "string") return new RedisTrouble({ reason: error.code })
  const [code] = /^-?[A-Z][A-Z_]+(?= |$)/.exec(error.message) ?? []
  if (code !== undefined) return new RedisTrouble({ reason: code })
  return new RedisTrouble({ reason: "the connection closed" })
}

/** Whether another connection, perhaps to another server, may do better. OOM, for one, is not of the connection. */
export const wantsNewConnection = ({ reason }: RedisTrouble): boolean =>
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|UNBLOCKED|NOAUTH|no answer|.*closed)$/.test(
    reason,
  )
