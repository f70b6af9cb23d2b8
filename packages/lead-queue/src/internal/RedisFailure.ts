/**
 * Why a command of Redis failed, in a message that holds no secret and no lead.
 */
import { Data } from "effect"

/** A command failed, or there is no connection to send it by. */
export class RedisFailure extends Data.TaggedError("RedisFailure")<{
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
export const failureOf = (error: unknown): RedisFailure => {
  if (error instanceof RedisFailure) return error
  if (!(error instanceof Error)) return new RedisFailure({ reason: "unknown" })
  if ("code" in error && typeof error.code === "string") return new RedisFailure({ reason: error.code })
  const [code] = /^-?[A-Z][A-Z_]+(?= |$)/.exec(error.message) ?? []
  if (code !== undefined) return new RedisFailure({ reason: code })
  return new RedisFailure({ reason: "the connection closed" })
}

/** Whether another connection, perhaps to another server, may do better. OOM, for one, is not of the connection. */
export const wantsNewConnection = ({ reason }: RedisFailure): boolean =>
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|UNBLOCKED|NOAUTH|no answer|.*closed)$/.test(
    reason,
  )
