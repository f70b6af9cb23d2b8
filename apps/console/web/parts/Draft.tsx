/** A draft of a document, tried on stored leads before anybody puts it into force. */
import type { Json, Preview, PreviewComparison } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { Copyable } from "../components/Copyable.tsx"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import type { JsonSchema } from "../completion.ts"
import { type DocumentPart, loadSchema } from "../schemas.ts"
import { Comparison } from "./Comparison.tsx"
import { JsonEditor } from "./JsonEditor.tsx"

interface DraftProps {
  readonly part: DocumentPart
  readonly document: Json
}

export const Draft = ({ document: inForce, part }: DraftProps) => {
  const before = JSON.stringify(inForce, undefined, 2)
  const text = useSignal(before)
  const last = useSignal(1000)
  const comparison = useSignal<PreviewComparison | undefined>(undefined)
  const schema = useSignal<JsonSchema | undefined>(undefined)
  useEffect(() => {
    // Without it there are no proposals, and nothing else is missing.
    loadSchema(part).then(
      (loaded) => (schema.value = loaded),
      () => undefined,
    )
  }, [part])
  const { error, isBusy, run } = useDoing()
  const mistake = mistakeOf(text.value)
  const attempt = () =>
    void run(async () => {
      const draft = JSON.parse(text.value) as Json
      const answer: Preview | PreviewComparison = await client.preview({ last: last.value, [part]: draft })
      comparison.value = answer as PreviewComparison
    })
  return (
    <section aria-label="Draft" class="draft">
      <JsonEditor
        label="Draft"
        value={text.value}
        schema={schema.value}
        isWrong={mistake !== undefined}
        describedBy="mistake"
        onInput={(value) => (text.value = value)}
      />
      <p id="mistake" class="fine" role="status">
        {mistake ??
          (text.value === before ? "As it is in force." : "Changed. Nothing is put into force by trying it.")}
      </p>
      <div class="actions">
        <label>
          Try it on the last
          <input
            type="number"
            min="1"
            max="10000"
            value={last.value}
            onInput={(event) => (last.value = Number(event.currentTarget.value))}
          />
          leads
        </label>
        <button
          type="button"
          class="primary"
          onClick={attempt}
          disabled={mistake !== undefined || isBusy.value}
        >
          Try
        </button>
        <button type="button" onClick={() => (text.value = before)} disabled={text.value === before}>
          Back to what is in force
        </button>
      </div>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {comparison.value !== undefined && <Comparison comparison={comparison.value} />}
      {text.value !== before && mistake === undefined && (
        <details>
          <summary>Put it into force</summary>
          <p>
            Save it as the file of the setting, in every process, and restart the workers and apis one after
            the other.
          </p>
          <Copyable text={text.value} label="Copy the draft" />
        </details>
      )}
    </section>
  )
}

/** Why a text is no JSON. */
const mistakeOf = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : "not JSON"
  }
}
