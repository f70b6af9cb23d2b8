/** Which hosts the api answers as, and which web pages may use it: the defence against other people's pages. */
import { Option } from "effect"
import { hostAlone } from "./HostName.ts"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** What browsers may do. */
export interface BrowserSettings {
  /**
   * The hosts beside loopback that `Host` may name, in lower case and without ports. With none, any host is accepted,
   * except where the api listens on loopback.
   */
  readonly allowedHosts: ReadonlyArray<string>
  /** The origins whose pages may send and read leads: `https://console.example`. */
  readonly corsOrigins: ReadonlyArray<string>
}

/** Hosts without ports, separated by commas; read to the form of `hostOf`. */
const hosts: Kind.Kind<ReadonlyArray<string>> = Kind.make(
  "host names or addresses without ports, separated by commas",
  "leads.example,10.1.2.3",
  (text) => readEach(text, hostAlone),
  (value) => value.join(","),
)

/**
 * Origins separated by commas. `*` is refused: without authentication every web page could read leads then, and with it
 * whoever gives a page its secret knows the page's origin.
 */
const origins: Kind.Kind<ReadonlyArray<string>> = Kind.make(
  "origins such as https://console.example, separated by commas, without * and paths",
  "https://console.example",
  (text) => readEach(text, originOf),
  (value) => value.join(","),
  (text) => text.replace(/\/\/[^,\s]*@/g, "//…@"),
)

const readEach = (
  text: string,
  read: (part: string) => string | undefined,
): ReadonlyArray<string> | undefined => {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
  const values = parts.map(read).filter((value) => value !== undefined)
  return values.length === parts.length && values.length > 0 ? [...new Set(values)] : undefined
}

/** The origin as browsers send it: lower case, a name in Punycode, no default port. */
const originOf = (text: string): string | undefined => {
  const plain = /^https?:\/\/[^/?#@*\\\s]+\/?$/i.test(text) && URL.canParse(text)
  return plain ? new URL(text).origin : undefined
}

/** `API_ALLOWED_HOSTS`. */
export const allowedHosts: Settings.Settings<ReadonlyArray<string>> = Settings.map(
  Settings.optional(
    "API_ALLOWED_HOSTS",
    hosts,
    "The hosts beside loopback that requests may name in `Host`; unless it is set, none where the api listens on loopback, and any elsewhere",
  ),
  Option.getOrElse((): ReadonlyArray<string> => []),
)

/** `CORS_ORIGINS`. */
export const corsOrigins: Settings.Settings<ReadonlyArray<string>> = Settings.map(
  Settings.optional(
    "CORS_ORIGINS",
    origins,
    "The origins whose web pages may send and read leads, beside the api's own",
  ),
  Option.getOrElse((): ReadonlyArray<string> => []),
)
