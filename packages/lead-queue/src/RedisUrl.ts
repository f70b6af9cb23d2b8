/**
 * URLs of Redis: one server, a master that Sentinels monitor, or a Cluster.
 *
 * Used by the settings, which report what is wrong with a URL, and by {@link RedisLeadQueue}. It connects to nothing.
 * `@lead-gateway/lead-queue/redis-url` is an entry of its own, so that code that reads settings loads no Redis client.
 */
import { Redacted, Result } from "effect"

/** A host and its port. */
export interface Address {
  /** A name or an IP address; an IPv6 one without its brackets. */
  readonly host: string
  readonly port: number
}

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
  const addresses = hosts.split(",").map((host) => addressOf(host, mode === "sentinel" ? 26_379 : 6379))
  const [first, ...others] = addresses.filter((address) => address !== undefined)
  if (first === undefined || others.length + 1 < addresses.length) return Result.fail("a host is wrong")
  if (mode === "server" && others.length > 0) return Result.fail("one server has one host")
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
    addresses: [first, ...others],
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

const showAddress = ({ host, port }: Address) => `${host.includes(":") ? `[${host}]` : host}:${port}`

/** A password may hold anything up to the last `@`. */
const form = /^redis(s?)(|\+sentinel|\+cluster):\/\/(?:(.*)@)?([^/?#]+)(\/[^?#]*)?$/is

const modes = { "": "server", "+sentinel": "sentinel", "+cluster": "cluster" } as const

const addressOf = (text: string, defaultPort: number): Address | undefined => {
  const [, v6, name, port = String(defaultPort)] =
    /^(?:\[([\da-f:.]+)\]|([a-z\d_][a-z\d_.-]*))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? []
  const host = v6 ?? name
  return host !== undefined && Number(port) >= 1 && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : undefined
}

const credentialsOf = (text: string): Pick<RedisUrl, "username" | "password"> | undefined => {
  if (text === "") return { username: undefined, password: undefined }
  const [, user = "", password = ""] = /^([^:]*):(.+)$/s.exec(text) ?? []
  if (password === "") return undefined
  try {
    const username = user === "" ? undefined : decodeURIComponent(user)
    return { username, password: Redacted.make(decodeURIComponent(password)) }
  } catch {
    return undefined
  }
}
