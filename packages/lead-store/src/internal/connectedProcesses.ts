/** Which processes of Lead Gateway are connected to a database, by the names that they give their connections. */
import type { Client } from "pg"

/** The connections of one process, or of several on one machine that have the same name. */
export interface ConnectedProcess {
  /** `lead-gateway-api`, `lead-gateway-worker`, `lead-gateway`, or an operator's command. */
  readonly name: string
  /** The machine; null for this one, and where the role may not see it. */
  readonly address: string | null
  readonly connections: number
  /** When the oldest of its connections began; null where the role may not see it. */
  readonly since: Date | null
}

/** The processes with connections to this database, those that only migrate apart. */
export const connectedProcesses = async (client: Client): Promise<ReadonlyArray<ConnectedProcess>> => {
  const { rows } = await client.query<ConnectedProcess>(`
    SELECT split_part(application_name, ' ', 1) AS name, host(client_addr) AS address, count(*)::integer AS connections,
      min(backend_start) AS since
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND application_name ~ '^lead-gateway' AND application_name <> 'lead-gateway-migrations'
    GROUP BY 1, 2 ORDER BY since, name`)
  return rows
}
