/** The hosts and the credentials of a URL that may name several servers. */
import { Redacted } from "effect"

/** A host and its port. */
export interface Address {
  /** A name or an IP address; an IPv6 one without its brackets. */
  readonly host: string
  readonly port: number
}

/** Parses `host[:port]`; `undefined` if it is wrong. */
const addressOf = (text: string, defaultPort: number): Address | undefined => {
  const [, v6, name, port = String(defaultPort)] =
    /^(?:\[([\da-f:.]+)\]|([a-z\d_][a-z\d_.-]*))(?::(\d{1,5}))?$/i.exec(text.trim()) ?? []
  const host = v6 ?? name
  return host !== undefined && Number(port) >= 1 && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : undefined
}

/** Parses `host[:port],host[:port]…`; `undefined` if one of them is wrong. */
export const addressesOf = (
  text: string,
  defaultPort: number,
): readonly [Address, ...ReadonlyArray<Address>] | undefined => {
  const addresses = text.split(",").map((host) => addressOf(host, defaultPort))
  const [first, ...others] = addresses.filter((address) => address !== undefined)
  return first === undefined || others.length + 1 < addresses.length ? undefined : [first, ...others]
}

/** The address as text: `db.internal:6379`, `[::1]:6379`. */
export const showAddress = ({ host, port }: Address) => `${host.includes(":") ? `[${host}]` : host}:${port}`

/** User name and password of a URL, both optional. */
export interface Credentials {
  readonly username: string | undefined
  readonly password: Redacted.Redacted | undefined
}

/** Parses and percent-decodes `user:password`; `undefined` if it is wrong. */
export const credentialsOf = (text: string): Credentials | undefined => {
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
