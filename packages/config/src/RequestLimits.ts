/** What one request, and all of them together, may cost. */
import { Option, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

const MiB = 1024 ** 2

/** A body takes up to four times its size on its way into Postgres. There must be room for one. */
export const largestBodies = 5

/** Bounds of an HTTP server. */
export interface RequestLimits {
  /** The largest request body, in bytes, after decompression. */
  readonly maxBodyBytes: number
  /** What all requests may hold at once, in bytes; at least five times `maxBodyBytes`. None: by the memory of the process. */
  readonly maxBytesInFlight: Option.Option<number>
  /** Connections at once, and requests in progress on all of them. None: by the memory and open files of the process. */
  readonly maxConnections: Option.Option<number>
}

/** The bounds of the api. */
export const requestLimits: Settings.Settings<RequestLimits> = Settings.refine(
  Settings.all({
    maxBodyBytes: Settings.withDefault(
      "MAX_BODY_BYTES",
      Quantity.bytes({ minimum: 1, maximum: 64 * MiB }),
      "The largest request body, after decompression",
      MiB,
    ),
    maxBytesInFlight: Settings.optional(
      "MAX_BYTES_IN_FLIGHT",
      Kind.withExample(Quantity.bytes({ minimum: 1, maximum: 64 * 1024 * MiB }), "256MiB"),
      "What the bodies and leads of all requests may hold at once, at least five times `MAX_BODY_BYTES`; beyond it senders get 503",
      "a quarter of the memory",
    ),
    maxConnections: Settings.optional(
      "MAX_CONNECTIONS",
      Kind.withExample(Kind.integer({ minimum: 1, maximum: 1_000_000 }), "4096"),
      "Connections at once, and requests in progress on them; never more than the open files that are allowed",
      "one for each 256 KiB of memory, at most 10000",
    ),
  }),
  (limits) => {
    const least = largestBodies * limits.maxBodyBytes
    return Option.exists(limits.maxBytesInFlight, (bytes) => bytes < least)
      ? Result.fail([
          `MAX_BYTES_IN_FLIGHT: "${Option.getOrThrow(limits.maxBytesInFlight)}" is invalid; use at least ${largestBodies} times MAX_BODY_BYTES (${least})`,
        ])
      : Result.succeed(limits)
  },
)
