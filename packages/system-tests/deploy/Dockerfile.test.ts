import { assert, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join, matchesGlob } from "node:path"
import { exists, files, pathOf, read, readManifest } from "../repository/repository.ts"
import { lineage, parseDockerfile } from "./support/dockerfile.ts"
import { images, stages, targets } from "./support/repositoryImages.ts"

const all = stages.flatMap(({ steps }) => steps)
const stepsOf = (keyword: string) => all.filter((step) => step.keyword === keyword)
const commands = stepsOf("RUN").map(({ text }) => text)

describe("a Dockerfile, as it is read here", () => {
  it("has stages with steps, flags and continued lines", () => {
    const text =
      "# a comment\nFROM a AS b\nRUN --mount=type=cache,target=/x one \\\n  two\nHEALTHCHECK NONE\n"
    assert.deepStrictEqual(parseDockerfile(text), [
      {
        name: "b",
        from: "a",
        steps: [
          { keyword: "RUN", flags: { mount: "type=cache,target=/x" }, text: "one two" },
          { keyword: "HEALTHCHECK", flags: {}, text: "NONE" },
        ],
      },
    ])
    assert.throws(() => parseDockerfile("RUN before\nFROM a"))
  })
})

describe("the Dockerfile", () => {
  it("starts from the Node and the pnpm of this repository", () => {
    const { node, pnpm } = readManifest(read("package.json")).optionalDependencies ?? {}
    const bases = stages.map(({ from }) => from).filter((from) => from.startsWith("node:"))
    assert.deepStrictEqual([...new Set(bases.map((base) => base.split("-")[0]))], [`node:${node}`])
    assert.include(commands, `npm install --global pnpm@${pnpm}`)
  })

  it("names images of others by version and by digest, so that they are the same ones tomorrow", () => {
    const names = stages.map(({ name }) => name)
    const others = stages.map(({ from }) => from).filter((from) => !names.includes(from))
    assert.lengthOf(others, 2)
    for (const image of others)
      assert.match(image, /^[a-z]+:\d+\.\d+(\.\d+)?-bookworm(-slim)?@sha256:[0-9a-f]{64}$/)
  })

  it("has Postgres's programs from the very image that compose runs, so that a backup is of its version", () => {
    const client = stages.find(({ name }) => name === "postgres-client")
    assert.include(read("docker/compose.base.yaml"), `image: ${client?.from}\n`)
    const major = /^postgres:(\d+)\./.exec(client?.from ?? "")?.[1]
    assert.include(commands, `sh /postgresClient.sh /usr/lib/postgresql/${major}/bin /client`)
  })

  it("installs and deploys packages that exist, for production alone", () => {
    const names = files("apps/*/package.json").map((path) => readManifest(read(path)).name)
    const filters = commands.flatMap((command) => command.match(/(?<=--filter=)\S+/g) ?? [])
    assert.lengthOf(filters, 3)
    assert.deepStrictEqual(
      filters.filter((name) => !names.includes(name)),
      [],
    )
    assert.include(commands, "pnpm install --frozen-lockfile")
    for (const deployed of commands.filter((command) => command.includes(" deploy "))) {
      assert.include(deployed, " deploy --prod ")
    }
  })

  it("runs every image as a user with a number, who is not root, below tini", () => {
    for (const target of targets) {
      assert.strictEqual(images[target].user, "1000:1000", target)
      assert.deepStrictEqual(images[target].entrypoint.slice(0, 2), ["/usr/bin/tini", "--"], target)
      assert.strictEqual(images[target].workdir, "/app", target)
    }
  })

  it("checks the health of every server by the port that it listens on, and needs no curl", () => {
    for (const [target, variable] of [
      ["api", "API_PORT"],
      ["worker", "WORKER_PORT"],
      ["gateway", "API_PORT"],
    ] as const) {
      const exposed = lineage(stages, target)
        .flatMap(({ steps }) => steps)
        .filter(({ keyword }) => keyword === "EXPOSE")
      assert.lengthOf(exposed, 1, target)
      assert.deepStrictEqual(images[target].health, ["node", "ready.ts", variable, exposed[0]?.text ?? ""])
      assert.include(images[target].command, target === "gateway" ? "start" : target)
    }
    assert.deepStrictEqual(images.cli.health, [])
    assert.notMatch(read("docker/Dockerfile"), /curl|wget/)
  })

  it("starts servers with the flags of the npm scripts", () => {
    const { scripts = {} } = readManifest(read("package.json"))
    for (const [target, script] of [
      ["api", "api"],
      ["worker", "worker"],
      ["gateway", "start"],
    ] as const) {
      const flags = scripts[script]?.match(/--(max|heap)\S+/g) ?? []
      assert.isNotEmpty(flags)
      assert.deepStrictEqual(images[target].command, ["node", ...flags, "dist/main.js", script])
    }
  })

  it("labels images with version, revision, source and licence, which the build says", () => {
    const label = stepsOf("LABEL")[0]?.text ?? ""
    const declared = stepsOf("ARG").map(({ text }) => text.split("=")[0])
    for (const name of ["VERSION", "REVISION", "SOURCE"]) {
      assert.include(declared, name)
      assert.include(label, `org.opencontainers.image.${name.toLowerCase()}="$${name}"`)
    }
    assert.include(label, `org.opencontainers.image.licenses="${readManifest(read("package.json")).license}"`)
  })

  it("puts a bill of materials beside the programs", () => {
    for (const folder of ["/out", "/out-gateway"])
      assert.isTrue(commands.some((command) => command.endsWith(` > ${folder}/sbom.cdx.json`)))
  })

  it("keeps what apt and others download out of the images, and says which version it wants", () => {
    for (const command of commands.filter((command) => command.includes("apt-get install"))) {
      assert.match(command, /--no-install-recommends --yes \S+=\S+ && rm -rf \/var\/lib\/apt\/lists\/\*/)
    }
    for (const { flags, text } of stepsOf("RUN").filter(({ text }) => /pnpm (install|.* deploy)/.test(text)))
      assert.match(flags.mount ?? "", /^type=cache,id=pnpm,/, text)
  })

  it("copies files that exist, and that .dockerignore does not leave out", () => {
    const copied = stepsOf("COPY")
      .filter(({ flags }) => flags.from === undefined)
      .map(({ text }) => text.split(" ")[0] ?? "")
    assert.includeMembers(copied, [".", "config", "docker/ready.ts", "docker/postgresClient.sh"])
    const ignored = read(".dockerignore")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
    const needed = [
      ...copied,
      "docker/prune.sh",
      "scripts/supplyChain/sbom.ts",
      "apps/cli/tsup.config.ts",
      "migrations",
    ]
    for (const path of needed) {
      assert.isTrue(exists(path), path)
      assert.deepStrictEqual(
        ignored.filter((pattern) => matchesGlob(path, pattern)),
        [],
        path,
      )
    }
    for (const secret of [".env", ".env.production", ".git", "docker/secrets"])
      assert.isNotEmpty(
        ignored.filter((pattern) => matchesGlob(secret, pattern)),
        secret,
      )
  })

  it("puts the command line into every image, where operators find it", () => {
    assert.include(commands, "ln -s /app/dist/main.js /usr/local/bin/lead-gateway")
    assert.strictEqual(readManifest(read("apps/cli/package.json")).bin?.["lead-gateway"], "./dist/main.js")
  })
})

describe("the health check", () => {
  const runCheck = async (port: number) => {
    const check = spawn(process.execPath, [pathOf("docker/ready.ts"), "APP_PORT", "1"], {
      env: { ...process.env, APP_PORT: String(port) },
      stdio: "ignore",
    })
    const [code] = (await once(check, "close")) as ReadonlyArray<unknown>
    return code
  }

  /** Its exit code when the app's `/readyz` answers this status. */
  const codeWhen = async (status: number): Promise<unknown> => {
    const app = createServer((request, response) => {
      response.writeHead(request.url === "/readyz" ? status : 404).end()
    }).listen(0, "127.0.0.1")
    await once(app, "listening")
    const address = app.address()
    const code = await runCheck(typeof address === "object" ? (address?.port ?? 0) : 0)
    app.close()
    return code
  }

  it("ends with 0 for a ready app alone, with 1 for one that is not ready or does not listen", async () => {
    assert.deepStrictEqual(await Promise.all([codeWhen(200), codeWhen(503), runCheck(9)]), [0, 1, 1])
  })
})

describe("postgresClient.sh", () => {
  it("copies pg_dump, pg_restore and psql with all of their libraries but the C library", () => {
    const target = mkdtempSync(join(tmpdir(), "lead-gateway-"))
    try {
      // Any three programs with libraries of their own do.
      const programs = mkdtempSync(join(target, "programs-"))
      for (const name of ["pg_dump", "pg_restore", "psql"])
        spawnSync("ln", ["-s", process.execPath, join(programs, name)])
      const { status, stderr } = spawnSync("sh", [pathOf("docker/postgresClient.sh"), programs, target], {
        encoding: "utf8",
      })
      assert.strictEqual(status, 0, stderr)
      assert.sameMembers(readdirSync(join(target, "usr/local/bin")), ["pg_dump", "pg_restore", "psql"])
      const libraries = readdirSync(join(target, "usr/local/lib"))
      assert.isNotEmpty(libraries.filter((name) => name.startsWith("libstdc++")))
      assert.isEmpty(libraries.filter((name) => /^lib(c|m|dl|pthread)\.so/.test(name)))
      const ran = spawnSync(join(target, "usr/local/bin/psql"), ["--version"], { encoding: "utf8" })
      assert.match(ran.stdout, /^v\d/)
    } finally {
      rmSync(target, { recursive: true, force: true })
    }
  })
})
