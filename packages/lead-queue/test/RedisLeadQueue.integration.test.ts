import { conforms } from "./conformance.ts"
import { makeWorld } from "./redisWorld.ts"

conforms("RedisLeadQueue", { givesIds: true, fillsTakes: true, world: makeWorld() })
