import { assert, describe, it } from "@effect/vitest"
import { variables } from "@lead-gateway/config"
import { parseEnv } from "node:util"
import { exists, files, read } from "../repository/repository.ts"
import { compose } from "./support/compose.ts"
import type { ModelType, ServiceType } from "./support/composeModel.ts"
import { images, type Target, targets } from "./support/repositoryImages.ts"

const given = { CUSTOMER_API_URL: "https://customer.example/leads" }
const [development, production, observability, highAvailability] = [
  "docker/compose.yaml",
  "docker/compose.production.yaml",
  "docker/compose.observability.yaml",
  "docker/compose.high-availability.yaml",
] as const

/** Every way in which the files are meant to be combined. */
const projects: Readonly<Record<string, ModelType>> = {
  root: compose(["compose.yaml"]),
  development: compose([development]),
  "development with observability": compose([development, observability]),
  production: compose([production], given),
  "production with observability": compose([production, observability], given),
  "production with high availability": compose([production, highAvailability], given),
  "production with both": compose([production, highAvailability, observability], given),
}
const inProduction = Object.entries(projects).filter(([name]) => name.startsWith("production"))

const services = ({ services }: ModelType): ReadonlyArray<readonly [string, ServiceType]> =>
  Object.entries(services)
const isTarget = (name: string): name is Target => targets.some((target) => target === name)
/** The services that run an image of this repository. */
const apps = (project: ModelType) => services(project).filter(([, { build }]) => build !== undefined)

const secretNames = variables.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`)
const known = [...variables.map(({ name }) => name), ...secretNames]

/** `127.0.0.1:5433:5432` in parts. */
const portOf = (port: string) => {
  const parts = port.split(":")
  return {
    host: parts.length === 3 ? parts[0] : "",
    published: Number(parts.at(-2)),
    inside: Number(parts.at(-1)),
  }
}

describe("compose, as it is read here", () => {
  it("refuses a key that nobody knows, and a missing variable that must be set", () => {
    assert.throws(() => compose([production]), "CUSTOMER_API_URL: say where leads are delivered to")
    assert.throws(() => compose([observability]), /name/)
  })
})

for (const [name, project] of Object.entries(projects)) {
  describe(`the project for ${name}`, () => {
    it("publishes no port twice, and each at a port that the service listens on", () => {
      const ports = services(project).flatMap(([, { ports = [] }]) => ports.map(portOf))
      const published = ports.map(({ published }) => published)
      assert.deepStrictEqual([...new Set(published)], published)
      for (const [service, { build, ports = [] }] of apps(project)) {
        for (const { inside } of ports.map(portOf)) {
          assert.strictEqual(images[build?.target as Target].health.at(-1), String(inside), service)
        }
      }
    })

    it("sets only variables that the apps read, or their secrets' files", () => {
      for (const [service, { environment = {} }] of apps(project)) {
        assert.deepStrictEqual(
          Object.keys(environment).filter((name) => !known.includes(name)),
          [],
          service,
        )
      }
    })

    it("waits only for services that exist, and for health only where it is checked", () => {
      for (const [service, { depends_on = {} }] of services(project)) {
        for (const [other, { condition }] of Object.entries(depends_on)) {
          const { build, healthcheck, restart } = project.services[other] ?? {}
          assert.property(project.services, other, service)
          const target = build?.target ?? ""
          const isChecked =
            healthcheck !== undefined || (isTarget(target) && images[target].health.length > 0)
          if (condition === "service_healthy") assert.isTrue(isChecked, `${service} waits for ${other}`)
          if (condition === "service_completed_successfully") assert.strictEqual(restart, "no", other)
        }
      }
    })

    it("builds and mounts what exists, and declares volumes, networks and secrets", () => {
      for (const [service, { build, env_file = [], networks = [], secrets = [], volumes = [] }] of services(
        project,
      )) {
        if (build !== undefined) {
          assert.strictEqual(build.context, ".", service)
          assert.isTrue(exists(build.dockerfile), service)
          assert.include(targets, build.target as Target, service)
        }
        for (const source of volumes.map((volume) => volume.split(":")[0] ?? "")) {
          // Docker's own folder; a name is a volume.
          if (source.startsWith("/")) assert.strictEqual(source, "/var/lib/docker/containers")
          else if (source.includes("/") || exists(source))
            assert.isTrue(exists(source), `${service}: ${source}`)
          else assert.property(project.volumes, source, service)
        }
        for (const network of networks.filter((network) => network !== "default"))
          assert.property(project.networks, network, service)
        for (const secret of secrets) assert.property(project.secrets, secret, service)
        for (const { path, required = true } of env_file) if (required) assert.isTrue(exists(path), path)
      }
    })

    it("gives a service every secret whose file it is told of, and no other", () => {
      for (const [service, { environment = {}, secrets = [] }] of services(project)) {
        const told = Object.values(environment).flatMap(
          (value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? [],
        )
        // Scripts and nginx read theirs by name.
        const byName: Readonly<Record<string, ReadonlyArray<string>>> = {
          nginx: ["tls_certificate", "tls_key"],
          postgres: ["replication_password"],
          "postgres-replica": ["replication_password"],
        }
        const expected = [
          ...told,
          ...(byName[service] ?? []).filter((name) => name in (project.secrets ?? {})),
        ]
        assert.sameMembers([...secrets], expected, service)
      }
    })

    it("names every image by a version, and those of databases by digest", () => {
      for (const [service, { build, image = "" }] of services(project)) {
        if (build !== undefined) continue
        assert.match(
          image,
          /^[a-z0-9./-]+:v?\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$|^[a-z]+:\d+\.\d+-bookworm@/,
        )
        if (/postgres|redis/.test(service)) assert.match(image, /@sha256:[0-9a-f]{64}$/, service)
      }
    })

    it("runs every container without new privileges, with a log that is bounded, and apps on a read-only root", () => {
      for (const [service, { logging, security_opt = [], tmpfs = [], ...rest }] of services(project)) {
        assert.include(security_opt, "no-new-privileges:true", service)
        assert.isTrue(logging?.driver === "none" || logging?.options !== undefined, service)
        if (rest.build !== undefined) {
          assert.isTrue(rest.read_only, service)
          assert.deepStrictEqual(rest.cap_drop, ["ALL"], service)
          assert.include(tmpfs, "/tmp", service)
        }
      }
    })

    it("lets a process drain: it is killed later than SHUTDOWN_TIMEOUT and the 5 s after it", () => {
      const byDefault = Number(/^#SHUTDOWN_TIMEOUT=(\d+)s$/m.exec(read(".env.example"))?.[1])
      for (const [service, { stop_grace_period = "10s" }] of apps(project))
        assert.isAtLeast(Number(stop_grace_period.replace("s", "")), byDefault + 5, service)
    })
  })
}

describe("development", () => {
  const { development: project = { name: "", services: {} }, root } = projects

  it("is what `docker compose up` in the root runs", () => {
    assert.deepStrictEqual(root, project)
  })

  it("has the ports of the contract, on loopback alone", () => {
    const ports = Object.fromEntries(services(project).map(([name, { ports = [] }]) => [name, ports]))
    assert.deepStrictEqual(ports, {
      postgres: ["127.0.0.1:5433:5432"],
      redis: ["127.0.0.1:6380:6379"],
      api: ["127.0.0.1:8080:8080"],
      worker: [],
      "demo-customer": [],
    })
  })

  it("delivers to a demo customer unless CUSTOMER_API_URL names a real one", () => {
    const { command, healthcheck } = project.services["demo-customer"] ?? {}
    assert.deepStrictEqual(command, ["demo-customer", "--host", "0.0.0.0", "--port", "8090"])
    assert.strictEqual(healthcheck?.test.at(-1), "8090")
    const urlOf = (env: Record<string, string>) =>
      compose([development], env).services["worker"]?.environment?.["CUSTOMER_API_URL"]
    assert.strictEqual(urlOf({}), "http://demo-customer:8090/leads")
    assert.strictEqual(urlOf(given), given.CUSTOMER_API_URL)
  })

  it("lists the api's hosts, whose port is published on loopback, and lets .env list others", () => {
    const { env_file = [], environment } = project.services["api"] ?? {}
    assert.deepStrictEqual(
      env_file.map(({ path }) => path),
      ["docker/compose.env", ".env"],
    )
    assert.deepStrictEqual(parseEnv(read("docker/compose.env")), { API_ALLOWED_HOSTS: "api" })
    assert.notProperty(environment, "API_ALLOWED_HOSTS")
  })

  it("builds again what a change of the sources concerns, and restarts for a change of the configuration", () => {
    for (const name of ["api", "worker"]) {
      const { develop, volumes } = project.services[name] ?? {}
      const watched = develop?.watch ?? []
      assert.includeMembers(
        watched.filter(({ action }) => action === "rebuild").map(({ path }) => path),
        ["apps", "packages", "migrations", "pnpm-lock.yaml"],
      )
      for (const { path } of watched) assert.isTrue(exists(path), path)
      assert.deepInclude(watched, { action: "restart", path: "config" })
      assert.deepStrictEqual(volumes, ["config:/app/config:ro"])
    }
  })
})

describe("production", () => {
  it("lets the world reach nginx and nothing else; what else is published is for this host", () => {
    for (const [name, project] of inProduction) {
      const open = services(project).filter(([, { ports = [] }]) =>
        ports.some((port) => portOf(port).host === ""),
      )
      assert.deepStrictEqual(
        open.map(([service]) => service),
        ["nginx"],
        name,
      )
      for (const port of services(project)
        .flatMap(([, { ports = [] }]) => ports)
        .map(portOf))
        assert.include(["", "127.0.0.1"], port.host)
    }
  })

  it("keeps databases on a network without a way out; only the worker reaches the customer", () => {
    for (const [name, project] of inProduction) {
      assert.deepStrictEqual(project.networks?.["default"], { internal: true })
      for (const [service, { networks = ["default"] }] of services(project)) {
        if (/postgres|redis|migrate|api/.test(service))
          assert.deepStrictEqual([...networks], ["default"], name)
        assert.strictEqual(networks.includes("outside"), service === "worker", service)
      }
    }
  })

  it("limits and reserves what each service that stays may take, and starts it again", () => {
    for (const [name, project] of inProduction) {
      for (const [service, { deploy, restart }] of services(project)) {
        if (service === "migrate") continue
        assert.strictEqual(restart, "unless-stopped", service)
        assert.isDefined(deploy?.resources, `${service} of ${name}`)
      }
    }
  })

  it("can run any number of api and worker: they have no port of the host", () => {
    for (const [, project] of inProduction) {
      for (const name of ["api", "worker"]) {
        assert.notProperty(project.services[name], "ports")
        assert.isAtLeast(project.services[name]?.deploy?.replicas ?? 0, 2)
      }
    }
  })

  it("mounts nothing of this machine when HOST_FOLDER says where another one has the files", () => {
    const elsewhere = compose([production, highAvailability, observability], {
      ...given,
      HOST_FOLDER: "/srv/leads",
    })
    for (const [service, { volumes = [] }] of services(elsewhere)) {
      for (const source of volumes.map((volume) => volume.split(":")[0] ?? "")) {
        if (source in (elsewhere.volumes ?? {}) || source === "/var/lib/docker/containers") continue
        assert.match(source, /^\/srv\/leads\//, service)
        assert.isTrue(exists(source.slice("/srv/leads/".length)), source)
      }
    }
  })

  it("is another project than development, so that neither touches the other's data on one machine", () => {
    const names = [projects["development"]?.name, projects["root"]?.name]
    for (const [, { name }] of inProduction) assert.notInclude(names, name)
  })

  it("uses the database that DB_HOST and DB_NAME name, after a promotion or a restore", () => {
    const moved = compose([production, highAvailability], {
      ...given,
      DB_HOST: "postgres-replica",
      DB_NAME: "leads_restored",
    })
    for (const service of ["migrate", "api", "worker"]) {
      const { environment = {} } = moved.services[service] ?? {}
      assert.deepInclude(environment, { DB_HOST: "postgres-replica", DB_NAME: "leads_restored" })
    }
  })

  it("has no secret in an environment", () => {
    const secret = variables.filter(({ secret }) => secret).map(({ name }) => name)
    for (const [, project] of inProduction) {
      for (const [service, { environment = {} }] of services(project)) {
        const set = Object.keys(environment).filter(
          (name) => /PASSWORD$|TOKEN$|SECRET$/.test(name) || secret.includes(name),
        )
        // Of REDIS_URL only a password is one, and this Redis has none.
        assert.deepStrictEqual(
          set.filter((name) => name !== "REDIS_URL"),
          [],
          service,
        )
      }
    }
  })

  it("migrates once, before the apps start", () => {
    for (const [, project] of inProduction) {
      assert.deepStrictEqual(project.services["migrate"]?.command, ["migrate", "up"])
      for (const name of ["api", "worker"]) {
        const { depends_on, environment } = project.services[name] ?? {}
        assert.strictEqual(environment?.["MIGRATE_ON_START"], "false")
        assert.deepInclude(depends_on, { migrate: { condition: "service_completed_successfully" } })
      }
    }
  })

  it("and the other files are described", () => {
    const text = read("docs/deployment.md")
    for (const path of files("docker/compose*.yaml", "compose.yaml").filter((path) => !path.includes("base")))
      assert.include(text, path)
  })
})
