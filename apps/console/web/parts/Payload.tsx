/** One payload, line by line, with what was changed marked. Of a long one the beginning, until somebody asks for all. */
import type { Json } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"
import { formatCount } from "../format.ts"
import { type JsonLine, jsonLines } from "../jsonLines.ts"
import { maskedLines } from "../masked.ts"

/** What was done to a value, in words; undefined where nothing was. */
export type ChangeOf = (value: { readonly path: string; readonly json: string }) => string | undefined

interface PayloadProps {
  readonly title: string
  readonly json: Json
  /** With its values, not masked. */
  readonly isShown: boolean
  readonly changeOf: ChangeOf
  readonly missing: string
}

/** A browser needs seconds for ten thousand lines in three columns, or for a line of a million characters. */
const mostLines = 500
const mostCharacters = 2000

export const Payload = ({ changeOf, isShown, json, missing, title }: PayloadProps) => {
  const isAll = useSignal(false)
  const { value: all } = isAll
  const lines = useMemo(() => linesOf(json, isShown), [json, isShown])
  const text = useMemo(
    () => textOf(all ? lines : lines.slice(0, mostLines), changeOf, all),
    [lines, changeOf, all],
  )
  const isLong = lines.length > mostLines || lines.some((line) => line.text.length > mostCharacters)
  return (
    <figure class="payload">
      <figcaption>{title}</figcaption>
      {json === null ? <p class="fine">{missing}</p> : <pre tabIndex={0}>{text}</pre>}
      {isLong && !all && (
        <p class="fine">
          This is its beginning.{" "}
          <button type="button" onClick={() => (isAll.value = true)}>
            Show all {formatCount(lines.length)} lines
          </button>
        </p>
      )}
    </figure>
  )
}

/** The lines of a payload as they are shown. */
export const linesOf = (json: Json, isShown: boolean): ReadonlyArray<JsonLine> =>
  isShown ? jsonLines(json) : maskedLines(jsonLines(json))

const shortened = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text

/** Lines without a mark are one text together: an element for each would be thousands. */
const textOf = (
  lines: ReadonlyArray<JsonLine>,
  changeOf: ChangeOf,
  isWhole: boolean,
): ReadonlyArray<ComponentChildren> => {
  const limited = isWhole ? (text: string) => text : shortened
  const parts: Array<ComponentChildren> = []
  let plain = ""
  for (const [index, { depth, name, text, value }] of lines.entries()) {
    const change = value === undefined ? undefined : changeOf(value)
    const line = limited(name) + limited(text)
    plain += "  ".repeat(depth)
    if (change === undefined) {
      plain += `${line}\n`
      continue
    }
    const said = limited(change)
    parts.push(
      plain,
      <mark key={index} title={said}>
        {line}
        <span class="unseen"> ({said})</span>
      </mark>,
    )
    plain = "\n"
  }
  return [...parts, plain]
}
