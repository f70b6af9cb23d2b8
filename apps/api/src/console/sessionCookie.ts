/**
 * The console's session: an operator's token in a cookie that no script can read. Nothing is kept here, so that every
 * process knows it, and a token that is revoked ends it.
 */
import type { IncomingMessage } from "node:http"

/** Over TLS: no other host, and no page without TLS, can set it (RFC 6265bis, 4.1.3.2). */
const secureName = "__Host-lead_gateway"
const plainName = "lead_gateway"

/** A working day. The token itself may expire before. */
const maxAgeSeconds = 12 * 60 * 60

/**
 * `Set-Cookie` for a token; without one, for the end of the session. TLS may end at a proxy: the browser's origin says so.
 * Each also ends what the other one was: nothing of a session before is left, which another token would come back with.
 */
export const setCookies = (
  { headers }: Pick<IncomingMessage, "headers">,
  token: string | undefined,
): ReadonlyArray<string> => {
  const isSecure = headers.origin?.startsWith("https://") === true
  const cookie = (name: string, value = ""): string =>
    [
      `${name}=${encode(value)}`,
      "Path=/",
      "HttpOnly",
      "SameSite=Strict",
      `Max-Age=${value === "" ? 0 : maxAgeSeconds}`,
      ...(name === secureName ? ["Secure"] : []),
    ].join("; ")
  // A page without TLS cannot change the other one (RFC 6265bis, 5.7).
  return isSecure ? [cookie(secureName, token), cookie(plainName)] : [cookie(plainName, token)]
}

/**
 * The token of a session, if the request has one. The cookie of TLS counts first: other pages, of a neighbouring host or without
 * TLS, may have set the plain one, to have somebody work with a session of theirs.
 */
export const sessionToken = ({ headers }: Pick<IncomingMessage, "headers">): string | undefined => {
  const cookies = (headers.cookie ?? "").split(";").map((cookie) => cookie.trim().split("=", 2))
  const valueOf = (wanted: string) => cookies.find(([name, value]) => name === wanted && value !== "")?.[1]
  const value = valueOf(secureName) ?? valueOf(plainName)
  return value === undefined ? undefined : decode(value)
}

/** Browsers drop longer ones without a word (RFC 6265bis, 5.7). */
const mostCharacters = 4096

/** Whether browsers keep a cookie for this token. */
export const fitsCookie = (token: string): boolean =>
  secureName.length + encode(token).length <= mostCharacters

/** A JWT stays as it is, since browsers bound cookies; every other token may have any character. */
const encode = (token: string): string => (isJwt(token) ? token : Buffer.from(token).toString("base64url"))
const decode = (value: string): string => (isJwt(value) ? value : Buffer.from(value, "base64url").toString())
const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)

/**
 * Whether a page of this origin asks. A cookie comes with requests of other origins of the same site too, which
 * `SameSite=Strict` lets through. Browsers say where a request comes from in `Sec-Fetch-Site`; without TLS they do not, but
 * name the origin of everything that may change something. Origins that `CORS_ORIGINS` allows have no session.
 */
const isOwnPage = ({ headers, method }: Pick<IncomingMessage, "headers" | "method">): boolean => {
  const site = headers["sec-fetch-site"]
  if (site !== undefined) return site === "same-origin"
  return headers.origin === undefined
    ? method === "GET" || method === "HEAD"
    : headers.origin.replace(/^https?:\/\//, "") === headers.host
}

/** Makes the request of a signed-in page one with its token, as every other client sends it. */
export const useSession = (request: IncomingMessage): void => {
  const { headers } = request
  if (headers.cookie === undefined || headers.authorization !== undefined) return
  const token = sessionToken(request)
  if (token !== undefined && isOwnPage(request)) headers.authorization = `Bearer ${token}`
}
