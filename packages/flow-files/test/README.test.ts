import { testReadmeExample } from "@lead-gateway/vitest-config/readme-example"

testReadmeExample(new URL("..", import.meta.url))
