/** Reads the target of a request: its absolute form, and whether its path is written in the one way that routes are. */

/** A target in absolute form. */
export interface AbsoluteForm {
  /** Host and port, as `Host` would have them. */
  readonly host: string
  /** Path and query, as the usual form of a target has them. */
  readonly url: string
}

/**
 * Reads `http://host:port/path?query` (RFC 9112, 3.2.2). Undefined for other schemes, and for whatever has a user's name
 * or no host (RFC 9110, 4.2.4 and 4.2.1): the host's characters are left to the caller.
 */
export const readAbsoluteForm = (target: string): AbsoluteForm | undefined => {
  const match = /^https?:\/\/([^/?#@\\]+)([/?].*)?$/i.exec(target)
  if (match === null) return undefined
  const [, host = "", rest = "/"] = match
  return { host, url: rest.startsWith("/") ? rest : `/${rest}` }
}

/**
 * Whether a path is written as routes are, so that a proxy's rules for paths hold here too: no empty or dot segment, no
 * slash at the end, no `;`, `\` or `#`, and nothing percent-encoded that need not be (RFC 3986, 6.2.2.2). A query may follow.
 */
export const isPlain = (url: string): boolean => {
  const end = url.indexOf("?")
  const path = end < 0 ? url : url.slice(0, end)
  return plainCharacters.test(path) && !awkwardSegments.test(path) && !url.includes("#")
}

/** Unreserved characters and delimiters; of encoded ones the space, and bytes beyond ASCII. */
const plainCharacters = /^(?:[\w.~!$&'()*+,=:@/-]|%20|%[89a-f][\da-f])+$/i

/** An empty segment, `.`, `..`, or a slash at the end. */
const awkwardSegments = /\/\/|\/\.{1,2}(?:\/|$)|.\/$/
