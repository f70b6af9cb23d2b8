declare module "vitest" {
  interface ProvidedContext {
    /**
     * The URL of the run's Postgres server, from the `globalSetup` `@lead-gateway/embedded-postgres/vitest-postgres`. Its
     * database is for maintenance, not for tests.
     */
    leadGatewayPostgresUrl: string
  }
}

/** The name under which vitest hands the server's URL from the set-up to the tests. */
export const serverUrlKey = "leadGatewayPostgresUrl"
