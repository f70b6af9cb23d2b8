/** Texts that steer a terminal, hide or reorder what it shows, or fake a line; and whether any of it got through. */
import { assert } from "@effect/vitest"

/** What a character may do, and one of each kind. */
export const hostile: Readonly<Record<string, string>> = {
  "a window title (OSC)": "\u001b]0;pwned\u0007",
  "an erased screen": "\u001b[2J\u001b[H",
  "hidden text": "\u001b[8mhidden",
  "green, a style of ours": "\u001b[32mok",
  "the same by C1": "\u009b2J\u009d0;x\u009c",
  "an answer typed into the shell": "\u001b[6n\u001bZ\u0005",
  "an overwritten line": "wrong\rok   ",
  "rubbed out characters": "abc\b\b\b\u007f",
  "a faked line": "x\nFAKE: nothing is wrong",
  "faked lines for readers of Unicode": "x\u2028FAKE\u2029FAKE\u0085FAKE\u000bFAKE\u000cFAKE",
  "text from right to left": "\u202egnp.exe\u202c \u202agnp\u202d",
  "isolates (Trojan Source)": "\u2066admin\u2069\u2067x\u2068",
  "directional marks": "\u200e\u200f\u061c",
  "characters without width": "66\u200b1\u200c2\u200d3\u2060\ufeff\u00ad",
  "tags, which spell invisibly": "x\u{e0041}\u{e0042}\u{e007f}",
}

/** All of it in one text. */
export const everything = Object.values(hostile).join("|")

/** What may be printed of this program's own styles, on a terminal. */
const styles = new RegExp(
  [0, 1, 2, 22, 31, 32, 33, 36, 39].map((style) => `\u001b\\[${style}m`).join("|"),
  "g",
)

const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}\u00ad\u200b-\u200d\u2060\ufeff\u{e0000}-\u{e007f}]/u

/** Fails when a printed text holds anything but seen characters, line feeds and tabs, or a line that a value has faked. */
export const assertSeen = (printed: string, name: string): void => {
  const text = printed.replaceAll(/[\n\t]/g, " ")
  const found = unseen.exec(text)
  if (found !== null) {
    const around = text.slice(Math.max(0, found.index - 60), found.index + 20)
    assert.fail(
      `${name}: U+${found[0].codePointAt(0)?.toString(16)} reached the output: ${JSON.stringify(around)}`,
    )
  }
  assert.notMatch(printed, /^\s*FAKE/m, name)
}

/** The same for what a terminal got, whose lines end in CR LF, and which shows our styles and erases our progress. */
export const assertSeenOnTerminal = (printed: string, name: string): void => {
  assertSeen(printed.replaceAll("\r\n", "\n").replaceAll(styles, "").replaceAll("\r\u001b[2K", ""), name)
}
