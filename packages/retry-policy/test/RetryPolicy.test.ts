import { testJsonSchema } from "@lead-gateway/vitest-config/json-schema"
import { RetryPolicy } from "../src/RetryPolicy.ts"

testJsonSchema({
  folder: new URL("..", import.meta.url),
  file: "retry-policy.schema.json",
  title: "Retry policy of @lead-gateway/retry-policy",
  schema: RetryPolicy,
})
