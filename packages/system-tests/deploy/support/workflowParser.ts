/**
 * GitHub's own parser of workflows, with its schema. What is published imports JSON in a way that only bundlers permit, so it is
 * bundled first.
 */
import type * as WorkflowParser from "@actions/workflow-parser"
import { build } from "esbuild"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

type Parser = typeof WorkflowParser

const load = async (): Promise<Parser> => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "@actions/workflow-parser"`, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
  })
  const folder = await mkdtemp(join(tmpdir(), "workflow-parser-"))
  try {
    const file = join(folder, "parser.mjs")
    await writeFile(file, outputFiles[0]?.contents ?? "")
    return (await import(pathToFileURL(file).href)) as Parser
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes the check: what GitHub would refuse in a workflow, a line each. */
export const makeWorkflowCheck = async (): Promise<
  (text: string, path: string) => Promise<ReadonlyArray<string>>
> => {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await load()
  return async (text, path) => {
    const { context, value } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter())
    if (value === undefined) return context.errors.getErrors().map(({ message }) => `${path}: ${message}`)
    await convertWorkflowTemplate(context, value)
    return context.errors.getErrors().map(({ message }) => `${path}: ${message}`)
  }
}
