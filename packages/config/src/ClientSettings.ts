/** Whose word is taken for a client's address, and how much one client may send. */
import { Option } from "effect"
import { isIP } from "node:net"
import * as Kind from "./Kind.ts"
import { withoutMapping } from "./MappedAddress.ts"
import * as Settings from "./Settings.ts"

/** A network of IP addresses: `10.0.0.0/8` is `{ address: "10.0.0.0", prefix: 8, family: "ipv4" }`. */
export interface Network {
  readonly address: string
  /** How many bits of the address are fixed; all of them for one address. */
  readonly prefix: number
  readonly family: "ipv4" | "ipv6"
}

/** At most so many at once, and so many again over a period: the capacity and the refill of a token bucket. */
export interface Rate {
  readonly count: number
  readonly perMs: number
}

/** What is known of the clients of an HTTP server, and what each may do. */
export interface ClientSettings {
  /** The proxies that say for whom they forward a request; with none, the client is who connects. */
  readonly trustedProxies: ReadonlyArray<Network>
  /** The webhooks that one sender may send; none: any number. */
  readonly intakeRateLimit: Option.Option<Rate>
  /** What makes webhooks those of one sender. By `credential`, whoever proves none is counted by address. */
  readonly intakeRateBy: "address" | "credential"
}

/** Networks that have a name (RFC 1122, 3.2.1.3; RFC 1918; RFC 4193). */
const named: Readonly<Record<string, ReadonlyArray<string>>> = {
  loopback: ["127.0.0.0/8", "::1"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
}

/** Reads one address or network; undefined when it is neither. `::1` has the prefix 128, `::ffff:10.0.0.0/104` is 10.0.0.0/8. */
const readNetwork = (text: string): Network | undefined => {
  const [, address = "", digits] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  const prefix = digits === undefined ? bits : Number(digits)
  if (version === 0 || prefix > bits) return undefined
  const ipv4 = withoutMapping(address)
  if (version === 6 && ipv4 !== address && prefix >= 96) {
    return { address: ipv4, prefix: prefix - 96, family: "ipv4" }
  }
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" }
}

const networks = Kind.make<ReadonlyArray<Network>>(
  "addresses, networks such as 10.0.0.0/8, or the words loopback and private, separated by commas",
  "loopback,10.0.0.0/8",
  (text) => {
    const parts = text
      .split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== "")
      .flatMap((part) => (Object.hasOwn(named, part) ? (named[part] ?? []) : [part]))
    const read = parts.map(readNetwork).filter((network) => network !== undefined)
    return read.length === parts.length && read.length > 0 ? read : undefined
  },
  (value) => value.map(({ address, prefix }) => `${address}/${prefix}`).join(","),
)

const millisPerUnit = { s: 1000, m: 60_000, h: 3_600_000 } as const

const rate: Kind.Kind<Option.Option<Rate>> = Kind.make(
  "off or a number of webhooks per second, minute or hour, such as 100/s, 600/m or 5000/h",
  "100/s",
  (text) => {
    if (/^off$/i.test(text)) return Option.none()
    const [, digits, unit] = /^([1-9]\d{0,6})\/(s|m|h)$/.exec(text) ?? []
    if (digits === undefined || unit === undefined) return undefined
    return Option.some({
      count: Number(digits),
      perMs: millisPerUnit[unit as keyof typeof millisPerUnit],
    })
  },
  Option.match({
    onNone: () => "off",
    onSome: ({ count, perMs }) => `${count}/${perMs === 1000 ? "s" : perMs === 60_000 ? "m" : "h"}`,
  }),
)

/** `TRUSTED_PROXIES`. */
export const trustedProxies: Settings.Settings<ReadonlyArray<Network>> = Settings.map(
  Settings.optional(
    "TRUSTED_PROXIES",
    networks,
    "The proxies in front of the api: their `Forwarded` and `X-Forwarded-For` say who the client is",
  ),
  Option.getOrElse((): ReadonlyArray<Network> => []),
)

/** `INTAKE_RATE_LIMIT`. */
export const intakeRateLimit: Settings.Settings<Option.Option<Rate>> = Settings.withDefault(
  "INTAKE_RATE_LIMIT",
  rate,
  "How many webhooks one sender may send to one api process; beyond it senders get 429",
  Option.none(),
)

/** `INTAKE_RATE_BY`. */
export const intakeRateBy: Settings.Settings<ClientSettings["intakeRateBy"]> = Settings.withDefault(
  "INTAKE_RATE_BY",
  Kind.literals(["address", "credential"]),
  "What INTAKE_RATE_LIMIT counts by: the client's address, or the secret that the sender has proved to know, and the address without one",
  "address",
)
