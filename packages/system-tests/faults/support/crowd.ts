import { connect, type Socket } from "node:net"

/** Opens connections that send nothing, and opens each again that is closed. Returns their end. */
export const crowd = (port: number, size: number) => {
  const sockets = new Set<Socket>()
  let goesOn = true
  let refused = 0
  const open = () => {
    const socket = connect({ host: "127.0.0.1", port })
    sockets.add(socket)
    socket.on("error", () => undefined)
    socket.on("close", () => {
      sockets.delete(socket)
      refused += 1
      if (goesOn) setTimeout(open, 100)
    })
  }
  for (let count = 0; count < size; count++) open()
  return {
    refused: () => refused,
    end: () => {
      goesOn = false
      for (const socket of sockets) socket.destroy()
    },
  }
}
