/** A field for a JSON document, with proposals by its schema: Ctrl and space, or what is being typed; and its problems. */
import { useSignal } from "@preact/signals"
import { useId, useRef } from "preact/hooks"
import { type Completion, type Completions, completionsAt, type JsonSchema } from "../completion.ts"
import type { Problem } from "../diagnose.ts"
import { Gutter } from "./Gutter.tsx"
import { Problems } from "./Problems.tsx"

interface JsonEditorProps {
  readonly label: string
  readonly value: string
  readonly schema: JsonSchema | undefined
  readonly isWrong: boolean
  readonly describedBy: string
  /** What is wrong with the text, by its places; none unless given. */
  readonly problems?: ReadonlyArray<Problem>
  readonly onInput: (value: string) => void
}

export const JsonEditor = ({
  describedBy,
  isWrong,
  label,
  onInput,
  problems = [],
  schema,
  value,
}: JsonEditorProps) => {
  const scrolled = useSignal(0)
  const field = useRef<HTMLTextAreaElement>(null)
  const found = useSignal<Completions | undefined>(undefined)
  const chosen = useSignal(0)
  const list = useId()

  const look = (isAsked: boolean) => {
    const { current } = field
    if (current === null || schema === undefined || current.selectionStart !== current.selectionEnd) return
    const completions = completionsAt(schema, current.value, current.selectionStart)
    // While a person types, nothing opens before a letter or a quotation mark is there.
    found.value = isAsked || completions?.from !== current.selectionStart ? completions : undefined
    chosen.value = 0
  }
  const take = ({ text }: Completion) => {
    const { current } = field
    if (current === null || found.value === undefined) return
    const { from } = found.value
    const end = current.selectionEnd
    // The quotation mark that closes what is replaced.
    const rest = text.endsWith('"') && current.value[end] === '"' ? end + 1 : end
    current.focus()
    current.setSelectionRange(from, rest)
    // As if it were typed, so that it can be undone: nothing else leaves the field's history whole.
    if (!document.execCommand("insertText", false, text)) current.setRangeText(text, from, rest, "end")
    found.value = undefined
    onInput(current.value)
  }
  const keys: Readonly<Record<string, (items: ReadonlyArray<Completion>) => void>> = {
    ArrowDown: ({ length }) => (chosen.value = (chosen.value + 1) % length),
    ArrowUp: ({ length }) => (chosen.value = (chosen.value + length - 1) % length),
    Enter: (items) => take(items[chosen.value] as Completion),
    Tab: (items) => take(items[chosen.value] as Completion),
    Escape: () => (found.value = undefined),
  }

  const goTo = ({ from = 0, line = 1, to = from }: Problem) => {
    const { current } = field
    if (current === null) return
    current.focus()
    current.setSelectionRange(from, to)
    const height = current.scrollHeight / value.split("\n").length
    current.scrollTop = (line - 1) * height - current.clientHeight / 3
  }

  const items = found.value?.items ?? []
  return (
    <div class="editor">
      <label>
        {label}
        <span class="text">
          <Gutter text={value} problems={problems} scrolled={scrolled} />
          <textarea
            ref={field}
            wrap="off"
            onScroll={(event) => (scrolled.value = event.currentTarget.scrollTop)}
            spellcheck={false}
            rows={24}
            aria-autocomplete="list"
            aria-controls={list}
            aria-activedescendant={items.length > 0 ? `${list}-${chosen.value}` : undefined}
            aria-invalid={isWrong}
            aria-describedby={describedBy}
            value={value}
            onInput={(event) => {
              onInput(event.currentTarget.value)
              look(false)
            }}
            onBlur={() => (found.value = undefined)}
            onKeyDown={(event) => {
              if (event.key === " " && event.ctrlKey) {
                event.preventDefault()
                return look(true)
              }
              const act = keys[event.key]
              if (items.length === 0 || act === undefined) return
              event.preventDefault()
              act(items)
            }}
          />
        </span>
      </label>
      <ul id={list} role="listbox" aria-label="Proposals" hidden={items.length === 0}>
        {items.map((item, index) => (
          <li
            key={item.text}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            // Before the field loses the focus.
            onMouseDown={(event) => {
              event.preventDefault()
              take(item)
            }}
          >
            <code>{item.text}</code> <small>{item.description}</small>
          </li>
        ))}
      </ul>
      <p class="fine">
        <kbd>Ctrl</kbd> <kbd>Space</kbd> proposes what can stand at the caret.
      </p>
      <Problems problems={problems} onChoose={goTo} />
    </div>
  )
}
