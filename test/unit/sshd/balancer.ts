import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A load balancer of a few lines: what comes is passed on to `port` behind `header`. */
export async function balancer(port: number, header: Buffer): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1')
    to.write(header)
    from.pipe(to).pipe(from)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A header of PROXY protocol version 2. */
export function v2({
  command = 0x21,
  family,
  body,
}: {
  command?: number
  family: number
  body: Buffer
}): Buffer {
  const head = Buffer.alloc(4)
  head.set([command, family])
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([Buffer.from('0d0a0d0a000d0a515549540a', 'hex'), head, body])
}
