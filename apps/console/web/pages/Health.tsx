/** How the gateway itself is: versions, database, queue, workers, intake. */
import type { DeepHealth } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { useEffect } from "preact/hooks"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { formatCount, formatDuration } from "../format.ts"

const everyMs = 5000

export const Health = () => {
  const asked = useAsked<DeepHealth>("", (signal) => client.health.deep({ signal }))
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") asked.refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <Page title="Health" isLoading={asked.isLoading.value}>
      <Loading asked={asked}>
        {(health) => (
          <>
            <p class={`notice ${tones[health.status]}`}>{words[health.status]}</p>
            {health.warnings.map((warning) => (
              <p key={warning} class="notice warn">
                {warning}
              </p>
            ))}
            <div class="cards">
              <Part name="Database" status={health.database.status}>
                <Fact name="Answers in" value={durationOf(health.database.latency_ms)} />
                <Fact name="Last write took" value={durationOf(health.database.write_latency_ms)} />
                {health.database.refuses_writes !== null && (
                  <Fact name="Refuses writes" value={health.database.refuses_writes} />
                )}
                <Fact
                  name="Schema"
                  value={health.schema_version === null ? "unknown" : String(health.schema_version)}
                />
                <Fact
                  name="Migrations that wait"
                  value={
                    health.migrations_pending === null
                      ? "unknown"
                      : health.migrations_pending.join(", ") || "none"
                  }
                />
              </Part>
              <Part name={`Queue (${health.queue.type})`} status={health.queue.status}>
                <Fact name="Answers in" value={durationOf(health.queue.latency_ms)} />
                <Fact
                  name="Depth"
                  value={health.queue.depth === null ? "unknown" : formatCount(health.queue.depth)}
                />
                <Fact
                  name="Oldest lead that is due"
                  value={
                    health.oldest_due_seconds === null
                      ? "none"
                      : formatDuration(health.oldest_due_seconds * 1000)
                  }
                />
              </Part>
              <Part name="Workers" status={health.workers.status}>
                <Fact
                  name="Connections"
                  value={
                    health.workers.connections === null ? "unknown" : formatCount(health.workers.connections)
                  }
                />
                <Fact
                  name="Last seen"
                  value={
                    health.workers.last_seen_seconds === null
                      ? "never"
                      : `${formatDuration(health.workers.last_seen_seconds * 1000)} ago`
                  }
                />
              </Part>
              <Part name="Intake of this process" status="up">
                <Fact name="Leads taken" value={formatCount(health.intake.accepted)} />
                <Fact
                  name="Refused: the process was busy"
                  value={formatCount(health.intake.shed.event_loop)}
                />
                <Fact
                  name="Refused: Postgres was busy"
                  value={formatCount(health.intake.shed.store + health.intake.shed.waited)}
                />
                <Fact name="Stored after 503" value={formatCount(health.intake.unconfirmed)} />
                <Fact name="Version" value={health.version} />
              </Part>
            </div>
            <p class="fine">
              <a href="/metrics">Metrics for Prometheus</a> · <a href="/docs">Reference of the API</a>
            </p>
          </>
        )}
      </Loading>
    </Page>
  )
}

const words = {
  up: "Leads are taken and worked on.",
  degraded: "Leads are taken, but something is slower: the queue is away, or writes are slow.",
  down: "No lead can be taken.",
} as const

const tones = { up: "good", degraded: "warn", down: "bad" } as const

const durationOf = (ms: number | null): string => (ms === null ? "unknown" : formatDuration(ms))

interface PartProps {
  readonly name: string
  readonly status: "up" | "down"
  readonly children: ComponentChildren
}

const Part = ({ children, name, status }: PartProps) => (
  <article class="card">
    <h2>
      {name}{" "}
      <span class={`status ${status === "up" ? "good" : "bad"}`}>{status === "up" ? "Up" : "Down"}</span>
    </h2>
    <dl>{children}</dl>
  </article>
)

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)
