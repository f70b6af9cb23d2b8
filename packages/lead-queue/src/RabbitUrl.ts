/**
 * URLs of RabbitMQ: one server, or the nodes of a cluster, and a vhost.
 *
 * Used by the settings, which report what is wrong with a URL, and by {@link RabbitLeadQueue}. It connects to nothing.
 * `@lead-gateway/lead-queue/rabbit-url` is an entry of its own, so that code that reads settings loads no client.
 */
import { Result } from "effect"
import { type Address, addressesOf, type Credentials, credentialsOf, showAddress } from "./internal/hosts.ts"

/** A RabbitMQ to connect to. */
export interface RabbitUrl extends Credentials {
  readonly tls: boolean
  /** The nodes, which are tried in turn. */
  readonly addresses: readonly [Address, ...ReadonlyArray<Address>]
  /** `/` by default. */
  readonly vhost: string
}

/** The forms that {@link parse} reads, as the end of "use …". */
export const allowed = "amqp://[user:password@]host:5672[,host:5672][/vhost] (amqps for TLS)"

/**
 * Parses a URL. The failure is a message that describes the mistake and contains nothing of the URL.
 *
 * User name, password and vhost are percent-decoded. Ports default to 5672, with TLS to 5671.
 */
export const parse = (text: string): Result.Result<RabbitUrl, string> => {
  const [, s, user = "", hosts = "", path = ""] = form.exec(text.trim()) ?? []
  if (s === undefined) return Result.fail("that is no URL of RabbitMQ")
  const addresses = addressesOf(hosts, s === "" ? 5672 : 5671)
  if (addresses === undefined) return Result.fail("a host is wrong")
  const credentials = credentialsOf(user)
  if (credentials === undefined) return Result.fail("user name and password are wrong: percent-encode them")
  const vhost = vhostOf(path.slice(1))
  if (vhost === undefined) return Result.fail("the vhost is wrong: percent-encode it")
  return Result.succeed({ tls: s !== "", addresses, ...credentials, vhost })
}

/** The URL without credentials, for logs: `amqp://mq.internal:5672/leads`. */
export const show = ({ addresses, tls, vhost }: RabbitUrl): string =>
  `amqp${tls ? "s" : ""}://${addresses.map(showAddress).join(",")}/${vhost === "/" ? "" : encodeURIComponent(vhost)}`

/** A password may hold anything up to the last `@`. */
const form = /^amqp(s?):\/\/(?:(.*)@)?([^/?#]+)(\/[^?#]*)?$/is

const vhostOf = (text: string): string | undefined => {
  if (text.includes("/")) return undefined
  try {
    return text === "" ? "/" : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
