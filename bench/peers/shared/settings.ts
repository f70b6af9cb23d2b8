/** What the benchmark tells every program, by the names that the gateway's apps have for it. */
const required = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is missing`)
  return value
}

/** Read lazily, because an api has no customer. */
export const settings = {
  databaseUrl: () => required("DATABASE_URL"),
  redisUrl: () => required("REDIS_URL"),
  port: () => Number(required("API_PORT")),
  customerUrl: () => required("CUSTOMER_API_URL"),
  concurrency: () => Number(required("WORKER_CONCURRENCY")),
}
