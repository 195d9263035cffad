import { chmod, open, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import type { Scope } from './scope.ts'

/** The longest path a Unix socket takes (unix(7)), less the closing NUL. */
const LONGEST_PATH = 107
/** A request or an answer longer than this is nonsense. */
const LONGEST_LINE = 1 << 20
/** How long either side may keep the other waiting for its line. */
const PATIENCE_MS = 60_000

/** One JSON value, or bytes both ways after a first line that says so. */
export type ControlAnswer =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly run: (socket: Socket) => Promise<void> }

/** `request` is what was parsed from the line that came; the handler knows its shape. */
export type ControlHandler = (request: unknown) => Promise<ControlAnswer>

/** The first line before a stream. */
const STREAM = { stream: true } as const

/**
 * Serves one request a connection, a line of JSON each way, on a Unix socket that only this user may use (0600): the
 * way in for `cocod status` and its kin. `scope` owns the socket.
 */
export async function serveControl(path: string, handle: ControlHandler, scope: Scope): Promise<void> {
  await rm(path, { force: true })
  const address = await shortAddress(path, scope)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
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
export async function askControl(path: string, request: unknown, scope: Scope): Promise<unknown> {
  const opened = await openControl(path, request, scope)
  opened?.socket.destroy()
  return opened?.answer
}

/** The same, with the connection left open: after an answer of `{ stream: true }` it carries bytes. */
export async function openControl(
  path: string,
  request: unknown,
  scope: Scope,
): Promise<{ readonly answer: unknown; readonly socket: Socket } | undefined> {
  const address = await shortAddress(path, scope).catch(() => path)
  return await new Promise((resolve) => {
    const socket = connect(address, () => socket.write(`${JSON.stringify(request)}\n`))
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(undefined))
    readLine(socket, (line) => {
      socket.setTimeout(0)
      resolve({ answer: parsed(line), socket })
    })
    scope.defer(() => socket.destroy())
  })
}

async function answer(socket: Socket, handle: ControlHandler, line: string): Promise<void> {
  try {
    const given = await handle(parsed(line))
    if (given.kind === 'value') {
      socket.end(`${JSON.stringify(given.value ?? null)}\n`)
      return
    }
    socket.setTimeout(0)
    socket.write(`${JSON.stringify(STREAM)}\n`)
    await given.run(socket)
    socket.end()
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

/** The first line; what comes behind it is put back, and the socket is left paused, for whoever reads it then. */
function readLine(socket: Socket, onLine: (line: string) => void): void {
  let text = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    text = Buffer.concat([text, chunk])
    const end = text.indexOf('\n')
    if (end < 0 && text.length < LONGEST_LINE) return
    socket.off('data', onData)
    socket.pause()
    if (end < 0) {
      socket.destroy()
      return
    }
    if (end + 1 < text.length) socket.unshift(text.subarray(end + 1))
    onLine(text.toString('utf8', 0, end))
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
