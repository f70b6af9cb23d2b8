/** The numbers of a text's lines beside it; those with a problem are marked. Seen only: the problems are a list as well. */
import type { Signal } from "@preact/signals"
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
  const wrong = new Set(problems.map(({ line }) => line))
  return (
    <span class="gutter" aria-hidden="true" ref={numbers}>
      {text.split("\n").map((_, index) => (
        <span key={index} class={wrong.has(index + 1) ? "wrong" : undefined}>
          {wrong.has(index + 1) ? `● ${index + 1}` : index + 1}
        </span>
      ))}
    </span>
  )
}
