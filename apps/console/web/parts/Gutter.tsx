/** The numbers of a text's lines beside it; those with a problem are marked. Seen only: the problems are a list as well. */
import type { Signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import type { Problem } from "../diagnose.ts"

interface GutterProps {
  readonly text: string
  readonly problems: ReadonlyArray<Problem>
  /** How far the text is scrolled down. */
  readonly scrolled: Signal<number>
}

export const Gutter = ({ problems, scrolled, text }: GutterProps) => {
  const numbers = useRef<HTMLSpanElement>(null)
  const { value: top } = scrolled
  useEffect(() => {
    if (numbers.current !== null) numbers.current.scrollTop = top
  })
  return (
    <span class="gutter" aria-hidden="true" ref={numbers}>
      {numbersOf(text.split("\n").length, new Set(problems.flatMap(({ line }) => line ?? [])))}
    </span>
  )
}

/** Numbers without a mark are one text together: an element for each would be tens of thousands. */
const numbersOf = (count: number, wrong: ReadonlySet<number>): ReadonlyArray<ComponentChildren> => {
  const parts: Array<ComponentChildren> = []
  let plain = ""
  for (let line = 1; line <= count; line++) {
    if (wrong.has(line)) {
      parts.push(
        plain,
        <span key={line} class="wrong">
          ● {line}
        </span>,
      )
      plain = "\n"
    } else plain += `${line}\n`
  }
  return [...parts, plain]
}
