/** A command that ends by itself. */
import { runCommand } from "@lead-gateway/runtime/command"
import { Console } from "effect"

runCommand(Console.log("done"))
