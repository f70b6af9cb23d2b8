/** What is wrong with the gateway, and what helps. */
import type { DeepHealth } from "@lead-gateway/client"
import { formatDuration } from "./format.ts"

/** Something that a person has to do. */
export interface HealthMatter {
  readonly tone: "bad" | "warn"
  readonly text: string
  /** Where it is mended, or what it is about; undefined if that is no page of the console. */
  readonly link: { readonly href: string; readonly name: string } | undefined
}

/** From so long on the oldest lead that is due is late. */
const lateSeconds = 60

/**
 * The gravest first. Where a customer takes no leads (`isHeld`), a lead that has been due for long is no sign of slow
 * workers.
 */
export const healthMatters = (health: DeepHealth, isHeld = false): ReadonlyArray<HealthMatter> => {
  const { database, intake, migrations_pending, oldest_due_seconds, queue, read_replica, workers } = health
  const shed = intake.shed.event_loop + intake.shed.store + intake.shed.waited
  const matters: ReadonlyArray<HealthMatter | false> = [
    database.status === "down" && {
      tone: "bad",
      text:
        database.refuses_writes === null
          ? "Postgres does not answer: no lead can be taken, senders get 503 and send again. Start it, or mend the network to it."
          : `Postgres refuses writes (${database.refuses_writes}): no lead can be taken. Free disk space, or let it be a primary again.`,
      link: undefined,
    },
    workers.status === "down" &&
      database.status === "up" && {
        tone: "bad",
        text: "No worker is connected: leads are taken, and none is decided or delivered. Start a worker: lead-gateway worker.",
        link: { href: "/console/leads?status=RECEIVED", name: "Leads that wait" },
      },
    migrations_pending !== null &&
      migrations_pending.length > 0 && {
        tone: "bad",
        text: `The schema lacks ${migrations_pending.join(", ")}. Run lead-gateway migrate up.`,
        link: undefined,
      },
    queue.status === "down" && {
      tone: "warn",
      text: `The queue (${queue.type}) is away: nothing is lost, and workers find leads in Postgres, seconds later. Start it again.`,
      link: undefined,
    },
    database.status === "up" &&
      (database.write_latency_ms ?? 0) >= 500 && {
        tone: "warn",
        text: `The last write to Postgres took ${formatDuration(database.write_latency_ms ?? 0)}: senders wait. Look at its disk, and at what else it does.`,
        link: undefined,
      },
    !isHeld &&
      (oldest_due_seconds ?? 0) >= lateSeconds &&
      workers.status === "up" && {
        tone: "warn",
        text: `A lead has been due for ${formatDuration((oldest_due_seconds ?? 0) * 1000)}: workers do not keep up, or a customer does not take leads. Start more workers, or look at the customers.`,
        link: { href: "/console/customers", name: "Look at the customers" },
      },
    read_replica !== undefined &&
      read_replica.status !== "up" && {
        tone: "warn",
        text: `The read replica is ${read_replica.status}: everything is read from the primary. Look at its replication.`,
        link: undefined,
      },
    shed > 0 && {
      tone: "warn",
      text: `This process has answered ${shed} webhooks 503 since it started, being too busy: senders send them again. Start more processes, or give Postgres more.`,
      link: undefined,
    },
  ]
  return matters.filter((matter) => matter !== false)
}
