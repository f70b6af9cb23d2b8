/** Sends leads back to be decided again: first it says what would happen, then a person decides. */
import type { NewReplay, ReplayResult } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect, useMemo, useRef } from "preact/hooks"
import { useAsked, useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { formatCount } from "../format.ts"
import { randomId } from "../randomId.ts"

interface ReplayProps {
  /** Which leads. */
  readonly what: Pick<NewReplay, "ids" | "filter">
  readonly onDone: () => void
  readonly onCancel: () => void
}

const leads = (count: number): string => `${formatCount(count)} ${count === 1 ? "lead" : "leads"}`

export const Replay = ({ onCancel, onDone, what }: ReplayProps) => {
  const evenIfDelivered = useSignal(false)
  const request = { ...what, ...(evenIfDelivered.value ? { even_if_delivered: true } : {}) }
  const key = JSON.stringify(request)
  const result = useSignal<ReplayResult | undefined>(undefined)
  const act = useDoing()
  // The same request however often it is sent: it counts once.
  const requestId = useMemo(() => `console-${randomId()}`, [key])
  const isStopped = useRef(false)
  // What would happen is of this choice, and never of the one before it.
  const look = useAsked<ReplayResult>(key, (signal) =>
    client.replays.create({ ...request, request_id: `${requestId}-look`, dry_run: true }, { signal }),
  )
  useEffect(() => {
    if (!act.isBusy.value) result.value = undefined
  }, [key])

  const replay = () => {
    isStopped.current = false
    void act.run(async () => {
      // Many leads take several calls; each goes on where the one before it ended.
      do result.value = await client.replays.create({ ...request, request_id: requestId })
      while (!result.value.complete && !isStopped.current)
    })
  }
  const stop = () => {
    isStopped.current = true
  }

  if (result.value !== undefined) {
    const { complete, replayed } = result.value
    return (
      <div class="notice good" role="status">
        {act.error.value !== undefined && <ErrorNotice error={act.error.value} onRetry={replay} />}
        <p>
          {leads(replayed)} sent back to be decided again{complete ? "." : " so far."}
        </p>
        <div class="actions">
          {!complete && (
            <button type="button" onClick={act.isBusy.value ? stop : replay}>
              {act.isBusy.value ? "Stop" : "Go on"}
            </button>
          )}
          {!act.isBusy.value && (
            <button type="button" onClick={onDone}>
              Done
            </button>
          )}
        </div>
      </div>
    )
  }
  const { value: planned } = look.answer
  const delivered = planned?.left_out?.delivered ?? 0
  return (
    <section class="notice" aria-label="Replay" aria-busy={look.isLoading.value || act.isBusy.value}>
      {look.error.value !== undefined && (
        <ErrorNotice error={look.error.value} onRetry={look.refresh} isRetried />
      )}
      {act.error.value !== undefined && <ErrorNotice error={act.error.value} />}
      {planned !== undefined && (
        <>
          <p>
            <strong>{leads(planned.matched ?? 0)}</strong> would be decided again by today's rules, and
            delivered if they pass.
            {leftOut(planned)}
          </p>
          {(delivered > 0 || evenIfDelivered.value) && (
            <label class="check">
              <input
                type="checkbox"
                checked={evenIfDelivered.value}
                disabled={act.isBusy.value}
                onChange={(event) => (evenIfDelivered.value = event.currentTarget.checked)}
              />
              Also those that the customer has: it gets them again
            </label>
          )}
        </>
      )}
      <div class="actions">
        <button
          type="button"
          class="primary"
          onClick={replay}
          disabled={planned === undefined || (planned.matched ?? 0) === 0 || act.isBusy.value}
        >
          Replay {planned?.matched === undefined || planned.matched === null ? "" : leads(planned.matched)}
        </button>
        <button type="button" onClick={act.isBusy.value ? stop : onCancel}>
          {act.isBusy.value ? "Stop" : "Cancel"}
        </button>
      </div>
    </section>
  )
}

const leftOut = ({ left_out }: ReplayResult): string => {
  const parts = [
    [left_out?.delivered, "already delivered"],
    [left_out?.in_flight, "under way, or waiting for a retry"],
    [left_out?.not_found, "not there any more"],
    [left_out?.other, "changed meanwhile"],
  ] as const
  const words = parts.flatMap(([count, why]) =>
    count === undefined || count === 0 ? [] : [`${formatCount(count)} ${why}`],
  )
  return words.length === 0 ? "" : ` Left out: ${words.join(", ")}.`
}
