import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathOf, read } from "../repository/repository.ts"
import { compose } from "./support/compose.ts"
import { writeFakeDocker } from "./support/fakeDocker.ts"

const makeDocker = Effect.map(scratchFolder(), (folder) => {
  const env = writeFakeDocker(folder)
  const file = (name: string) => readFileSync(join(folder, name), "utf8")
  const call = (program: string, args: ReadonlyArray<string>, more: NodeJS.ProcessEnv = {}) => {
    const ran = spawnSync(program, args, { env: { ...env, ...more }, encoding: "utf8", cwd: folder })
    return { code: ran.status, printed: ran.stdout + ran.stderr }
  }
  return {
    run: (script: string, args: ReadonlyArray<string>, more?: NodeJS.ProcessEnv) =>
      call(pathOf(`deploy/bin/${script}`), args, more),
    /** While another machine holds the lock of the host. */
    runWhileOtherHolds: ([script, ...args]: readonly [string, ...ReadonlyArray<string>]) =>
      call("flock", [join(folder, "upstreams.lock"), pathOf(`deploy/bin/${script}`), ...args]),
    addNginx: () =>
      writeFileSync(join(folder, "containers/lead-gateway-nginx-1"), "lead-gateway-nginx-1 nginx nginx:1\n"),
    containers: () =>
      readdirSync(join(folder, "containers")).map((name) => file(`containers/${name}`).trim()),
    calls: () => file("calls").trim().split("\n"),
    upstreams: () => file("upstreams"),
  }
})

const image = (service: string, tag: string) => `registry.example/leads/lead-gateway-${service}:${tag}`

describe("the scripts with Docker Compose", () => {
  it.effect("deploy at first, and then replace one container after the other", () =>
    Effect.gen(function* () {
      const docker = yield* makeDocker
      const first = docker.run("deploy", ["1.0.0"])
      assert.strictEqual(first.code, 0, first.printed)
      assert.sameMembers(docker.containers(), [
        `lead-gateway-api-1 api ${image("api", "1.0.0")}`,
        `lead-gateway-api-2 api ${image("api", "1.0.0")}`,
        `lead-gateway-worker-1 worker ${image("worker", "1.0.0")}`,
        `lead-gateway-worker-2 worker ${image("worker", "1.0.0")}`,
      ])
      assert.match(
        docker.upstreams(),
        /server lead-gateway-api-1:8080 weight=1 max_fails=3 fail_timeout=10s;/,
      )
      const calls = docker.calls()
      const order = [
        "VERSION=1.0.0 compose pull --quiet api worker migrate",
        "compose up --detach --no-recreate --no-deps --wait postgres redis",
        "VERSION=1.0.0 compose run --rm --no-deps -T migrate migrate up",
        "VERSION=1.0.0 compose up --detach --no-deps --no-recreate --no-build --scale api=1 api",
        "exec lead-gateway-api-1 lead-gateway healthcheck http://127.0.0.1:8080 --within 5s",
        "exec lead-gateway-api-1 lead-gateway smoke http://127.0.0.1:8080 --within 30s",
        "compose exec -T nginx nginx -t",
        "compose exec -T nginx nginx -s reload",
      ].map((call) => calls.findIndex((one) => one.includes(call)))
      assert.deepStrictEqual(
        order.toSorted((a, b) => a - b),
        order,
      )
      assert.isAtLeast(order[0] ?? -1, 0)

      const next = docker.run("deploy", ["1.1.0"], { APIS: "3", SMOKE_ARGS: "--expect DELIVERED" })
      assert.strictEqual(next.code, 0, next.printed)
      const images = docker.containers().map((line) => line.split(" ")[2])
      assert.deepStrictEqual(images, [
        ...Array.from({ length: 3 }, () => image("api", "1.1.0")),
        ...Array.from({ length: 2 }, () => image("worker", "1.1.0")),
      ])
      assert.include(docker.calls().join("\n"), "stop -t 40 lead-gateway-api-1")
      assert.include(docker.calls().join("\n"), "--within 30s --expect DELIVERED")
    }).pipe(Effect.scoped),
  )

  it.effect("go back from a worker that is not ready, from an image that is not there, or another one", () =>
    Effect.gen(function* () {
      const docker = yield* makeDocker
      docker.run("deploy", ["1.0.0"], { APIS: "1", WORKERS: "1" })
      const before = docker.containers()
      const upstreams = docker.upstreams()
      for (const [args, more, message] of [
        [
          ["deploy", "2.0.0"],
          { FAKE_BROKEN: "2.0.0", READY_WITHIN: "0" },
          "2.0.0 was rolled back; 1.0.0 runs as before",
        ],
        [
          ["blue-green", "2.0.0"],
          { FAKE_BROKEN: "2.0.0", READY_WITHIN: "0" },
          "2.0.0 was rolled back; 1.0.0 runs as before",
        ],
        [
          ["canary", "2.0.0", "5"],
          { FAKE_BROKEN: "2.0.0", READY_WITHIN: "0" },
          "worker of 2.0.0 was not ready",
        ],
        [["deploy", "2.0.0"], { FAKE_REFUSES: "1" }, "nginx refuses the new upstreams"],
        [["deploy", "9.9.9"], {}, "release 9.9.9 is not there"],
        [["deploy", "2.0.0"], { API_DIGEST: "sha256:1" }, "is not the image of sha256:1"],
      ] as const) {
        const [script, ...rest] = args
        const { code, printed } = docker.run(script, rest, more)
        assert.strictEqual(code, 1, printed)
        assert.include(printed, message)
        assert.sameMembers(docker.containers(), before)
        assert.strictEqual(docker.upstreams(), upstreams)
      }
      const { code } = docker.run("deploy", ["1.1.0"], { API_DIGEST: "sha256:7", FAKE_DIGEST: "7" })
      assert.strictEqual(code, 0)
    }).pipe(Effect.scoped),
  )

  it.effect("wait for no deployment that another machine has begun, and leave no lock when they end", () =>
    Effect.gen(function* () {
      const docker = yield* makeDocker
      docker.run("deploy", ["1.0.0"])
      docker.addNginx()
      // Not even when they end in the middle.
      const broken = docker.run("deploy", ["1.1.0"], { FAKE_REFUSES: "1" })
      assert.strictEqual(broken.code, 1, broken.printed)
      assert.include(broken.printed, "1.1.0 was rolled back")
      const containers = docker.containers()
      for (const call of [
        ["deploy", "1.1.0"],
        ["migrate", "-", "1.1.0"],
      ] as const) {
        const { code, printed } = docker.runWhileOtherHolds(call)
        assert.strictEqual(code, 1, printed)
        assert.include(printed, "another deployment is at work from another machine")
        assert.deepStrictEqual(docker.containers(), containers)
      }
      const next = docker.run("deploy", ["1.1.0"])
      assert.strictEqual(next.code, 0, next.printed)
    }).pipe(Effect.scoped),
  )

  it.effect("migrate by the release that is named, in the environment that is named", () =>
    Effect.gen(function* () {
      const docker = yield* makeDocker
      const { code, printed } = docker.run("migrate", ["example", "1.0.0", "status"])
      assert.strictEqual(code, 0, printed)
      assert.strictEqual(
        docker.calls().at(-1),
        "VERSION=1.0.0 compose run --rm --no-deps -T migrate migrate status",
      )
      const named = [...read("deploy/environments/example.env").matchAll(/^(?:# )?([A-Z_]+)=/gm)]
      const readers = [
        "docker/compose.production.yaml",
        "deploy/bin/lib/compose.sh",
        "deploy/bin/lib/common.sh",
      ]
      const known = readers.map(read).join("\n")
      assert.isAtLeast(named.length, 6)
      for (const [, name = ""] of named) assert.include(known, name)
    }).pipe(Effect.scoped),
  )

  it("name what the compose files name: project, services, ports, images and the folder of upstreams", () => {
    const { name, services } = compose(["docker/compose.production.yaml"], {
      CUSTOMER_API_URL: "https://customer.example/leads",
      REGISTRY: "registry.example/leads",
      VERSION: "1.0.0",
      HOST_FOLDER: "/srv/leads",
    })
    const driver = read("deploy/bin/lib/compose.sh")
    assert.include(driver, `COMPOSE_PROJECT_NAME:=${name}`)
    for (const service of ["api", "worker"])
      assert.strictEqual(services[service]?.image, image(service, "1.0.0"))
    assert.strictEqual(services["migrate"]?.image, image("cli", "1.0.0"))
    const [port, workerPort] = [
      services["api"]?.environment?.API_PORT,
      services["worker"]?.environment?.WORKER_PORT,
    ]
    assert.include(driver, `($2 == "api" ? ${port} : ${workerPort})`)
    assert.include(services["nginx"]?.volumes ?? [], "/srv/leads/deploy/nginx/upstreams:/etc/nginx/upstreams")
    assert.include(driver, "upstreams_folder=/etc/nginx/upstreams\n")
    for (const { volumes = [] } of Object.values(services))
      for (const volume of volumes) assert.match(volume, /^(\/srv\/leads\/|postgres:)/)
  })
})
