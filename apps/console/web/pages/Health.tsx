/** How the gateway itself is: what is wrong, its work at a glance, what it depends on, and its processes. */
import type { DeepHealth, Processes, Timeline } from "@lead-gateway/client"
import { useEffect } from "preact/hooks"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { healthMatters } from "../healthMatters.ts"
import { Glance } from "../parts/Glance.tsx"
import { HealthCards } from "../parts/HealthCards.tsx"
import { ProcessTable } from "../parts/ProcessTable.tsx"
import { lastHour } from "../parts/Throughput.tsx"

const everyMs = 5000

export const Health = () => {
  // Health answers also while Postgres does not, and the others fail.
  const asked = useAsked<DeepHealth>("", (signal) => client.health.deep({ signal }))
  const work = useAsked<{ readonly timeline: Timeline; readonly processes: Processes }>(
    "",
    async (signal) => {
      const [timeline, processes] = await Promise.all([
        client.timeline(lastHour(), { signal }),
        client.processes({ signal }),
      ])
      return { timeline, processes }
    },
  )
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return
      asked.refresh()
      work.refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <Page title="Health" isLoading={asked.isLoading.value || work.isLoading.value}>
      <Loading asked={asked}>
        {(health) => (
          <>
            <p class={`notice ${tones[health.status]}`}>{words[health.status]}</p>
            <Matters health={health} />
          </>
        )}
      </Loading>
      <Loading asked={work}>{({ timeline }) => <Glance timeline={timeline} />}</Loading>
      {asked.answer.value !== undefined && <HealthCards health={asked.answer.value} />}
      {work.answer.value !== undefined && <ProcessTable processes={work.answer.value.processes.data} />}
      <p class="fine">
        <a href="/metrics">All metrics, for Prometheus</a> · <a href="/docs">Reference of the API</a>
      </p>
    </Page>
  )
}

const words = {
  up: "Leads are taken and worked on.",
  degraded: "Leads are taken, but something is slower than it should be.",
  down: "No lead can be taken.",
} as const

const tones = { up: "good", degraded: "warn", down: "bad" } as const

const Matters = ({ health }: { readonly health: DeepHealth }) => {
  const matters = healthMatters(health)
  if (matters.length + health.warnings.length === 0) return null
  return (
    <section aria-label="What to do">
      <ul class="matters">
        {matters.map(({ link, text, tone }) => (
          <li key={text} class={`notice ${tone}`}>
            <span>{text}</span> {link !== undefined && <a href={link.href}>{link.name}</a>}
          </li>
        ))}
        {health.warnings.map((warning) => (
          <li key={warning} class="notice warn">
            {warning}
          </li>
        ))}
      </ul>
    </section>
  )
}
