/**
 * What a process prints for people: standard output and standard error as a terminal may show them.
 *
 * Whatever a program prints goes through {@link printable}, so that no value of a lead, no file name and no answer of a
 * server steers a terminal or reads as something else. Who formats a text escapes its values with `oneLine`, which also
 * keeps a line break in a value from faking a line; this is the net below. The log escapes its own lines.
 */
import { oneLine } from "@lead-gateway/document-check"
import type { Console } from "effect"
import { formatWithOptions, styleText } from "node:util"

/** The colours and weights of this program's own output, and of its help: no other sequence reaches a terminal. */
const styles = new RegExp(
  `(${[0, 1, 2, 22, 31, 32, 33, 34, 35, 36, 39].map((style) => `\u001b\\[${style}m`).join("|")})`,
)

/** What has to be looked at: everything but ASCII, with the character before it, which may be the start of an emoji. */
const suspect = /[ -~]?[^ -~\n\t]+/g

/** How a text is shown. */
export interface PrintableOptions {
  /** Whether the stream shows styles; otherwise their sequences are shown by their code too. Default: false. */
  readonly styled?: boolean | undefined
}

/**
 * A text of one or more lines in which every character that is not seen is shown by its code: `\u001b[2J`, `\u202e`.
 *
 * Line feeds and tabs stay; styles stay where they are asked for. JSON stays the same JSON. May be repeated.
 */
export const printable = (text: string, { styled = false }: PrintableOptions = {}): string => {
  if (!styled) return text.replace(suspect, oneLine)
  // Every other piece is a style.
  const pieces = text.split(styles)
  return pieces.map((piece, index) => (index % 2 === 0 ? printable(piece) : piece)).join("")
}

/** Whether a stream shows styles, by `styleText`'s rules: a terminal, unless `NO_COLOR` is set, or `FORCE_COLOR`. */
export const isStyled = (stream: NodeJS.WritableStream): boolean => styleText("bold", "", { stream }) !== ""

/** Writes a text to standard output or standard error, as {@link printable}; the callback is that of `write`. */
export const write = (
  stream: NodeJS.WriteStream,
  text: string,
  onWritten?: (error?: Error | null) => void,
): boolean => stream.write(printable(text, { styled: isStyled(stream) }), onWritten)

/** Effect's console, with which the command line and its help print, on printable lines. */
export const console: Console.Console = {
  ...globalThis.console,
  log: (...parts) => print(process.stdout, parts),
  info: (...parts) => print(process.stdout, parts),
  debug: (...parts) => print(process.stdout, parts),
  error: (...parts) => print(process.stderr, parts),
  warn: (...parts) => print(process.stderr, parts),
}

const print = (stream: NodeJS.WriteStream, parts: ReadonlyArray<unknown>): void => {
  const text = formatWithOptions({ colors: false }, ...parts)
  const target = stream === process.stderr ? globalThis.console.error : globalThis.console.log
  target("%s", printable(text, { styled: isStyled(stream) }))
}
