/** What the tests of the doctor let it check. */
import { Effect } from "effect"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../../packages/customer-client/test/fixtures/${name}`, import.meta.url))

/** A customer on `https://localhost` whose certificate no authority has signed. */
export const tlsCustomer = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(
        {
          cert: readFileSync(fixture("localhost.cert.pem")),
          key: readFileSync(fixture("localhost.key.pem")),
        },
        (_, response) => response.writeHead(405).end(),
      )
      await new Promise<void>((done) => server.listen(0, "localhost", done))
      return server
    }),
    (server) => Effect.sync(() => server.close().closeAllConnections()),
  ),
  (server) => ({
    url: `https://localhost:${(server.address() as AddressInfo).port}/leads`,
    certificate: fixture("localhost.cert.pem"),
  }),
)

/** Writes invalid files into the folder and returns an invalid environment, with every kind of diagnostic. */
export const wrongConfiguration = (folder: string): Readonly<Record<string, string>> => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
  write(".env", "WORKER_CONCURRENCY=many\nRETRY_BACKOFF_BASE=soon\nCUSTOMER_API_TOKEN_FILE=token\n")
  write("token", "h\u00fcnter2")
  write(
    "rules.json",
    '{ "version": "1", "rules": [{ "field": "zipcode", "operator": "is_nice", "reason": "NOT_NICE" }] }',
  )
  write("mapping.json", '{ "roof": { "attribute_type": "number", "is_numeric": false, "values": null } }')
  return {
    DATABASE_URL: "mysql://somebody:h\u00fcnter2@db/leads",
    API_PORT: "99999",
    LOG_LEVEL: "loud",
    ENABLE_AUTH: "true",
    SHARED_SECRET: "h\u00fcnter2",
    LEAD_RULES_FILE: "rules.json",
    ATTRIBUTE_MAPPING_FILE: "mapping.json",
    PAYLOAD_TEMPLATE_FILE: "nowhere.json",
  }
}
