import { chmod, open, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import type { Scope } from './scope.ts'

/** The longest path a Unix socket takes (unix(7)), less the closing NUL. */
const LONGEST_PATH = 107
/** A request or an answer longer than this is nonsense. */
const LONGEST_LINE = 1 << 20

export type ControlHandler = (request: string) => Promise<unknown>

/**
 * Serves one JSON answer a connection on a Unix socket that only this user may use (0600): the way in for `cocod
 * status` and its kin. `scope` owns the socket.
 */
export async function serveControl(path: string, handle: ControlHandler, scope: Scope): Promise<void> {
  await rm(path, { force: true })
  const address = await shortAddress(path, scope)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.setTimeout(10_000, () => socket.destroy())
    readLine(socket, (request) => void answer(socket, handle, request))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  await chmod(path, 0o600)
  scope.defer(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
    await rm(path, { force: true })
  })
}

/** Sends a request to a control socket. Undefined: nobody answers there. */
export async function askControl(path: string, request: string, scope: Scope): Promise<unknown> {
  const address = await shortAddress(path, scope).catch(() => path)
  return await new Promise((resolve) => {
    const socket = connect(address, () => socket.write(`${request}\n`))
    socket.setTimeout(5_000, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(undefined))
    readLine(socket, (line) => {
      resolve(parsed(line))
      socket.destroy()
    })
  })
}

async function answer(socket: Socket, handle: ControlHandler, request: string): Promise<void> {
  try {
    socket.end(`${JSON.stringify((await handle(request)) ?? null)}\n`)
  } catch {
    socket.destroy()
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function readLine(socket: Socket, onLine: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  const onData = (chunk: string): void => {
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0 && text.length < LONGEST_LINE) return
    socket.off('data', onData)
    if (end < 0) socket.destroy()
    else onLine(text.slice(0, end))
  }
  socket.on('data', onData)
}

/** A data directory may lie deeper than a socket's name can say: then its open descriptor stands for it (proc(5)). */
async function shortAddress(path: string, scope: Scope): Promise<string> {
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path
  const directory = await open(dirname(path), 'r')
  scope.defer(() => directory.close())
  return `/proc/self/fd/${directory.fd}/${basename(path)}`
}
