/** What today's documents would decide on a payload. Nothing is stored or sent. */
import type { Json, Preview } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"

export const TryToday = ({ payload }: { readonly payload: Json }) => {
  const preview = useSignal<Preview | undefined>(undefined)
  const { error, isBusy, run } = useDoing()
  const attempt = () =>
    void run(async () => {
      preview.value = (await client.preview({ payload })) as Preview
    })
  return (
    <>
      <button type="button" onClick={attempt} disabled={isBusy.value}>
        Try with today's rules
      </button>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {preview.value !== undefined && (
        <div class="notice" role="status">
          <p>
            Today it would be <strong>{preview.value.decision}</strong>
            {preview.value.reason === null ? "" : ` (${preview.value.reason})`}. Nothing was stored or sent.
          </p>
          <ol class="story">
            {preview.value.explanation.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ol>
        </div>
      )}
    </>
  )
}
