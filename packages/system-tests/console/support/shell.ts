/** Commands that the console shows, run as a person would paste them. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Runs it by `sh`; returns what it prints. */
export const shell = async (command: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await run("sh", ["-c", command], { env: { PATH: process.env.PATH ?? "", ...env } })).stdout
