/** The processes that run, with their versions. */
import type { GatewayProcess } from "@lead-gateway/client"
import { DataTable } from "../components/DataTable.tsx"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"

const kinds: Readonly<Record<GatewayProcess["kind"], string>> = {
  api: "API",
  worker: "Worker",
  gateway: "API and worker",
  command: "Command",
}

export const ProcessTable = ({ processes }: { readonly processes: ReadonlyArray<GatewayProcess> }) => {
  const versions = new Set(
    processes.flatMap(({ kind, version }) => (kind === "command" ? [] : (version ?? []))),
  )
  return (
    <section>
      <h2>Processes</h2>
      <p class="fine">
        Those that are connected to Postgres now. Pool: the connections of the process, and how many of them
        are at work.
      </p>
      {versions.size > 1 && (
        <p class="notice warn">
          Several versions run: {[...versions].join(", ")}. That is right while a release is being rolled out;
          after it, restart the processes of the older one.
        </p>
      )}
      <DataTable
        label="Processes"
        rows={processes}
        keyOf={({ address, name, pid, since }) => `${name} ${address} ${pid} ${since}`}
        columns={[
          {
            name: "Process",
            show: ({ is_this, kind, name }) => (
              <span title={name}>
                {kinds[kind]}
                {is_this && " (this one)"}
              </span>
            ),
          },
          { name: "Version", show: ({ version }) => version ?? <span class="faint">unknown</span> },
          {
            name: "Host",
            show: ({ address, host, pid }) => (
              <>
                {host ?? address ?? "that of Postgres"}
                {pid !== null && <span class="faint"> process {pid}</span>}
              </>
            ),
          },
          { name: "Running since", show: ({ since }) => <Time at={since} /> },
          { name: "Last seen", show: ({ last_seen_at }) => <Time at={last_seen_at} as="relative" /> },
          {
            name: "Pool",
            isNumber: true,
            show: ({ active, connections }) => `${formatCount(connections)}, ${formatCount(active)} at work`,
          },
        ]}
        empty={
          <>
            <h2>No process says who it is</h2>
            <p>
              A pooler between the gateway and Postgres may hide the names of connections. Let it pass
              <code> application_name</code> on.
            </p>
          </>
        }
      />
    </section>
  )
}
