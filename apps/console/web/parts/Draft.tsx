/** A draft of a document: edited, checked while it is typed, tried on stored leads, and compared with what is in force. */
import { ApiError, type Json, type Preview, type PreviewComparison } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import type { JsonSchema } from "../completion.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { diagnose, type Problem, refusals } from "../diagnose.ts"
import { draftOf, printDocument } from "../drafts.ts"
import { valueOf } from "../jsonTree.ts"
import { type DocumentPart, loadSchema } from "../schemas.ts"
import { useSettled } from "../settled.ts"
import { Activate } from "./Activate.tsx"
import { Comparison } from "./Comparison.tsx"
import { JsonEditor } from "./JsonEditor.tsx"

interface DraftProps {
  readonly part: DocumentPart
  readonly document: Json
}

/** How many leads the gateway tries at most. */
const mostLeads = 10_000

export const Draft = ({ document: inForce, part }: DraftProps) => {
  const before = useMemo(() => printDocument(inForce), [inForce])
  const draft = draftOf(part)
  const text = draft.text.value ?? before
  const schema = useSignal<JsonSchema | undefined>(undefined)
  const refused = useSignal<{ readonly text: string; readonly error: string } | undefined>(undefined)
  useEffect(() => {
    // Without it there are no proposals and fewer problems; nothing else is missing.
    loadSchema(part).then(
      (loaded) => (schema.value = loaded),
      () => undefined,
    )
  }, [part])
  const { error, isBusy, run } = useDoing()
  const checked = useSettled(text)
  const isChecked = checked === text
  const { problems, tree } = useMemo(() => diagnose(checked, schema.value), [checked, schema.value])
  const answered = refused.value?.text === text ? refusals(refused.value.error, part, text) : []
  const all = [...problems, ...answered]
  const isChanged = text !== before

  const attempt = () => {
    if (tree === undefined || !isChecked) return
    const started = performance.now()
    void run(async () => {
      refused.value = undefined
      try {
        const answer: Preview | PreviewComparison = await client.preview({
          last: draft.last.value,
          [part]: valueOf(tree),
        })
        draft.trial.value = {
          text,
          comparison: answer as PreviewComparison,
          tookMs: performance.now() - started,
        }
      } catch (reason) {
        if (!(reason instanceof ApiError && reason.status === 422)) throw reason
        refused.value = { text, error: reason.error }
      }
    })
  }
  const { value: trial } = draft.trial
  return (
    <section aria-label="Draft" class="draft">
      <p class="fine">
        Change it here, and try it on stored leads: nothing is put into force. Then this page shows what to
        change in the file.
      </p>
      <JsonEditor
        label="Draft"
        value={text}
        schema={schema.value}
        isWrong={all.length > 0}
        describedBy="mistake"
        problems={all}
        onInput={(value) => (draft.text.value = value === before ? undefined : value)}
      />
      <p id="mistake" class="fine" role="status">
        {isChecked ? summaryOf(all, answered.length > 0, isChanged) : "It is checked when nothing is typed."}
      </p>
      <div class="actions">
        <label>
          Try it on the last
          <input
            type="number"
            min="1"
            max={mostLeads}
            value={draft.last.value}
            onChange={({ currentTarget }) => {
              const asked = Math.round(Number(currentTarget.value))
              draft.last.value = Math.min(mostLeads, Math.max(1, asked))
              currentTarget.value = String(draft.last.value)
            }}
          />
          leads
        </label>
        <button
          type="button"
          class="primary"
          onClick={attempt}
          disabled={tree === undefined || !isChecked || isBusy.value}
        >
          {isBusy.value ? "Trying…" : "Try"}
        </button>
        <button type="button" onClick={() => (draft.text.value = undefined)} disabled={!isChanged}>
          Back to what is in force
        </button>
      </div>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {trial !== undefined && (
        <Comparison comparison={trial.comparison} tookMs={trial.tookMs} isOfAnother={trial.text !== text} />
      )}
      {isChanged && problems.length === 0 && <Activate part={part} before={before} after={checked} />}
    </section>
  )
}

/** What is wrong, in a sentence that is announced while somebody types. */
const summaryOf = (problems: ReadonlyArray<Problem>, isRefused: boolean, isChanged: boolean): string => {
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`
    return isRefused ? `The gateway cannot use this draft: ${count}.` : `${count}, listed above.`
  }
  return isChanged
    ? "Changed. Nothing is put into force by trying it."
    : "Not changed yet: it is what is in force."
}
