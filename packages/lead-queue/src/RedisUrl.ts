/**
 * URLs of Redis: one server, a master that Sentinels monitor, or a Cluster.
 *
 * Used by the settings, which report what is wrong with a URL, and by {@link RedisLeadQueue}. It connects to nothing.
 * `@lead-gateway/lead-queue/redis-url` is an entry of its own, so that code that reads settings loads no Redis client.
 */
import { Result, type Redacted } from "effect"
import { type Address, addressesOf, credentialsOf, showAddress } from "./internal/hosts.ts"

export type { Address } from "./internal/hosts.ts"

/** A Redis to connect to. */
export interface RedisUrl {
  /** `server`: there is one address, that of Redis. Otherwise they are of Sentinels, or of some nodes of the Cluster. */
  readonly mode: "server" | "sentinel" | "cluster"
  readonly tls: boolean
  readonly addresses: readonly [Address, ...ReadonlyArray<Address>]
  /** The name of the master at the Sentinels; empty in other modes. */
  readonly master: string
  /** Absent for Redis's default user. */
  readonly username: string | undefined
  readonly password: Redacted.Redacted | undefined
  /** 0 by default, and always in a Cluster. */
  readonly database: number
}

/** The forms that {@link parse} reads, as the end of "use …". */
export const allowed =
  "redis://[user:password@]host:6379[/database], redis+sentinel://host:26379,host:26379/master-name[/database] " +
  "or redis+cluster://host:6379,host:6379 (rediss… for TLS)"

/**
 * Parses a URL. The failure is a message that describes the mistake and contains nothing of the URL.
 *
 * User name and password are percent-decoded. Ports default to 6379, those of Sentinels to 26379.
 */
export const parse = (text: string): Result.Result<RedisUrl, string> => {
  const [, s, variant = "", user = "", hosts = "", path = ""] = form.exec(text.trim()) ?? []
  if (s === undefined) return Result.fail("that is no URL of Redis")
  const mode = modes[variant.toLowerCase() as keyof typeof modes]
  const addresses = addressesOf(hosts, mode === "sentinel" ? 26_379 : 6379)
  if (addresses === undefined) return Result.fail("a host is wrong")
  if (mode === "server" && addresses.length > 1) return Result.fail("one server has one host")
  const credentials = credentialsOf(user)
  if (credentials === undefined) return Result.fail("user name and password are wrong: percent-encode them")
  const segments = path.split("/").filter((segment) => segment !== "")
  const master = mode === "sentinel" ? segments.shift() : ""
  if (master === undefined || !/^[\w.-]*$/.test(master)) return Result.fail("the master's name is wrong")
  const [database = "0", ...rest] = segments
  if (!/^\d{1,4}$/.test(database) || rest.length > 0) return Result.fail("the database is wrong")
  if (mode === "cluster" && Number(database) > 0) return Result.fail("a Cluster has no databases")
  return Result.succeed({
    mode,
    tls: s !== "",
    addresses,
    master,
    ...credentials,
    database: Number(database),
  })
}

/** The URL without credentials, for logs: `redis://db.internal:6379/0`. */
export const show = (url: RedisUrl): string => {
  const scheme = `redis${url.tls ? "s" : ""}${url.mode === "server" ? "" : `+${url.mode}`}`
  const hosts = url.addresses.map(showAddress).join(",")
  const master = url.master === "" ? "" : `/${url.master}`
  return `${scheme}://${hosts}${master}${url.mode === "cluster" ? "" : `/${url.database}`}`
}

/** A password may hold anything up to the last `@`. */
const form = /^redis(s?)(|\+sentinel|\+cluster):\/\/(?:(.*)@)?([^/?#]+)(\/[^?#]*)?$/is

const modes = { "": "server", "+sentinel": "sentinel", "+cluster": "cluster" } as const
