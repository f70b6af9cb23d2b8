import { conforms } from "./conformance.ts"
import { makeWorld, sharedRabbit } from "./rabbitWorld.ts"

const server = sharedRabbit()

conforms("RabbitLeadQueue over a quorum queue", { givesIds: true, world: makeWorld(server) })
conforms("RabbitLeadQueue over a classic queue", { givesIds: true, world: makeWorld(server, "classic") })
