import { defineConfig } from "tsup"

export default defineConfig({ entry: ["src/index.ts", "src/flow.ts"], format: "esm", target: "node22", clean: true })
