/** What the gateway depends on: each number with its unit and what it means. */
import type { DeepHealth } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { formatCount, formatDuration } from "../format.ts"

export const HealthCards = ({ health }: { readonly health: DeepHealth }) => {
  const { database, intake, migrations_pending, oldest_due_seconds, queue, read_replica, workers } = health
  return (
    <div class="cards">
      <Part name="Database" status={database.status}>
        <Fact name="Answers in" value={durationOf(database.latency_ms)} />
        <Fact name="Last write took" value={durationOf(database.write_latency_ms, "none within a minute")} />
        {database.refuses_writes !== null && <Fact name="Refuses writes" value={database.refuses_writes} />}
        <Fact
          name="Schema version"
          value={health.schema_version === null ? "unknown" : formatCount(health.schema_version)}
        />
        <Fact
          name="Migrations that wait"
          value={migrations_pending === null ? "unknown" : migrations_pending.join(", ") || "none"}
        />
        {read_replica !== undefined && (
          <Fact
            name="Read replica"
            value={`${read_replica.status}${read_replica.lag_ms === null ? "" : `, ${formatDuration(read_replica.lag_ms)} behind`}`}
          />
        )}
      </Part>
      <Part name="Queue" status={queue.status}>
        <Fact name="Kind" value={queue.type === "database" ? "in Postgres" : queue.type} />
        <Fact name="Answers in" value={durationOf(queue.latency_ms)} />
        <Fact
          name="Leads that wait in it"
          value={queue.depth === null ? "unknown" : formatCount(queue.depth)}
        />
        <Fact
          name="Oldest lead that is due"
          value={
            oldest_due_seconds === null
              ? "none is due"
              : `due for ${formatDuration(oldest_due_seconds * 1000)}`
          }
        />
      </Part>
      <Part name="Workers" status={workers.status}>
        <Fact
          name="Connections to Postgres"
          value={workers.connections === null ? "unknown" : formatCount(workers.connections)}
        />
        <Fact
          name="Last seen"
          value={
            workers.last_seen_seconds === null
              ? "never"
              : workers.last_seen_seconds < 1
                ? "just now"
                : `${formatDuration(workers.last_seen_seconds * 1000)} ago`
          }
        />
      </Part>
      <Part name="Intake of this process" status="up">
        <Fact name="Leads taken since it started" value={formatCount(intake.accepted)} />
        <Fact name="Refused, the process was busy" value={formatCount(intake.shed.event_loop)} />
        <Fact name="Refused, Postgres was busy" value={formatCount(intake.shed.store + intake.shed.waited)} />
        <Fact name="Stored, though answered 503" value={formatCount(intake.unconfirmed)} />
        <Fact name="Version" value={health.version} />
      </Part>
    </div>
  )
}

const durationOf = (ms: number | null, none = "unknown"): string => (ms === null ? none : formatDuration(ms))

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
