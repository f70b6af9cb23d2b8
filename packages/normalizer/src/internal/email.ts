import { cleanFold } from "./text.ts"

/** Longer texts are not read as e-mail addresses: a name of any length, and an address of 254 characters. */
const maxText = 1000

/** The longest address, and the longest part before its `@`, in bytes of UTF-8 (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3). */
const maxAddress = 254
const maxLocal = 64

/** A `Dot-string` of RFC 5321, with the letters, marks and digits of every script, as RFC 6531 allows. */
const local = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u

/** A label of a domain, in ASCII or as a U-label (RFC 5890): no hyphen at either end, no mark at the beginning, at most 63 characters. */
const label = /^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}-]{0,61}[\p{L}\p{M}\p{Nd}])?$/u

/** Characters that an input method for Chinese, Japanese or Korean writes for those of ASCII. */
const wide = /[\uff01-\uff5e\ufe6b\u3002\uff61]/g
const hasWide = /[\uff01-\uff5e\ufe6b\u3002\uff61]/

/** The usual address, in ASCII, which one test recognises. */
const usual =
  /^[a-z0-9_+-]{1,30}(?:\.[a-z0-9_+-]{1,30})?@(?:[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\.){1,3}[a-z]{2,20}$/

/**
 * Reads one e-mail address from a clean text in lower case: `a@b.de`, `mailto:a@b.de?subject=x`, `Anna <a@b.de>`.
 *
 * An address is the pattern of HTML (`<input type=email>`), with letters of every script and at least two labels in its
 * domain, the last of which is no number. `undefined` for anything else, also for two addresses, quoted local parts and
 * domains that are an IP address. Takes linear time.
 */
export const readEmail = (text: string): string | undefined => {
  if (usual.test(text)) return text
  if (text.length > maxText) return undefined
  // Cleaned again: a letter may compose with a mark with which its wide form does not.
  const plain = hasWide.test(text) ? cleanFold(text.replaceAll(wide, narrow)) : text
  const open = plain.indexOf("<")
  if (open === -1) return addressOf(plain)
  if (!plain.endsWith(">")) return undefined
  const address = addressOf(plain.slice(open + 1, -1).trim())
  const name = plain.slice(0, open).trim()
  // `a@b.de <a@b.de>` is one address, `a@b.de <c@d.de>` is two.
  return !name.includes("@") || name.replaceAll(/^["']|["']$/g, "") === address ? address : undefined
}

const narrow = (character: string): string => {
  if (character === "\ufe6b") return "@"
  return character < "\uff00" || character === "\uff61"
    ? "."
    : String.fromCharCode(character.charCodeAt(0) - 0xfee0)
}

/** Reads an address, which may be a `mailto` URI with one address (RFC 6068). */
const addressOf = (text: string): string | undefined => {
  if (!text.startsWith("mailto:")) return isAddress(text) ? text : undefined
  const [encoded = ""] = text.slice("mailto:".length).split("?")
  try {
    const decoded = cleanFold(decodeURIComponent(encoded))
    return isAddress(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

const isAddress = (text: string): boolean => {
  const at = text.indexOf("@")
  if (at < 1 || text.length > maxAddress) return false
  const [before, domain] = [text.slice(0, at), text.slice(at + 1)]
  if (!local.test(before) || bytesIn(before) > maxLocal || bytesIn(text) > maxAddress) return false
  const labels = domain.split(".")
  const last = labels.at(-1) ?? ""
  return (
    labels.length > 1 && last.length > 1 && !/^\d+$/.test(last) && labels.every((part) => label.test(part))
  )
}

/** The length in UTF-8; counted only for what is not ASCII. */
const bytesIn = (text: string): number =>
  /^[!-~]*$/.test(text) ? text.length : new TextEncoder().encode(text).length
