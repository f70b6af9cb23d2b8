/** Runs the gates of the supply chain on a copy of what they read, so that a test can spoil it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { files, pathOf } from "./repository.ts"

/** How a gate ended, and what it printed. */
export interface Ran {
  readonly code: unknown
  readonly output: string
}

/** Runs a script of the repository by its name. */
export const runGate = async (
  name: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => {
  const PATH = [env["PATH"], pathOf("node_modules/.bin"), process.env["PATH"]].filter(Boolean).join(delimiter)
  const child = spawn(process.execPath, [pathOf(`scripts/supplyChain/${name}.ts`), ...args], {
    cwd: pathOf("."),
    env: { ...process.env, ...env, PATH },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text))
  const [code] = (await once(child, "close")) as ReadonlyArray<unknown>
  return { code, output }
}

/** A copy of the manifests, the lockfile and the exceptions; it goes when it is disposed of. */
export const makeCopy = () => {
  const folder = mkdtempSync(join(tmpdir(), "lead-gateway-supply-"))
  const copied = [
    "package.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "supply-chain.json",
    ...files("{apps,packages}/*/package.json", "bench/package.json"),
  ]
  for (const path of copied) cpSync(pathOf(path), join(folder, path))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: 0o755 })
  }
  return {
    /** The argument that names it. */
    at: `--in=${folder}`,
    write,
    /** Replaces a text of a file, which must have it. */
    spoil: (path: string, from: string | RegExp, to: string): void => {
      const before = readFileSync(join(folder, path), "utf8")
      const after = before.replace(from, to)
      if (after === before) throw new Error(`${path} does not have ${String(from)}`)
      write(path, after)
    },
    /** Adds to the exceptions. */
    except: (more: object): void => {
      const path = join(folder, "supply-chain.json")
      writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), ...more }))
    },
    /** A pnpm that prints these packages as a bill of materials; `locked` with `--lockfile-only`. */
    fakePnpm: (installed: ReadonlyArray<object>, locked: ReadonlyArray<object> = installed): string => {
      const bill = (components: ReadonlyArray<object>) => JSON.stringify({ components })
      write(
        "bin/pnpm",
        `#!/bin/sh\ncase "$*" in *--lockfile-only*) cat <<'END'\n${bill(locked)}\nEND\n;; *) cat <<'END'\n${bill(installed)}\nEND\n;; esac\n`,
      )
      return join(folder, "bin")
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A registry that answers every question about vulnerabilities in one way. */
export const makeRegistry = async (status: number, body: string) => {
  const server = createServer((request, response) => {
    request
      .resume()
      .on("end", () => response.writeHead(status, { "Content-Type": "application/json" }).end(body))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() }
}
