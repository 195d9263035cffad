import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Client, type SshClient } from '../../../src/ssh2/library.ts'
import type { Visit } from '../../../src/sshd/session-request.ts'
import type { Exit } from '../../../src/terminal/terminal.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { runSsh, sshClient } from '../../fixtures/ssh-client.ts'
import { greet, openDoor, scratch } from './door.ts'

const ok: Exit = { kind: 'status', code: 0 }
const left = (visit: Visit): Promise<unknown> =>
  visit.terminal.gone.aborted ? Promise.resolve() : once(visit.terminal.gone, 'abort')

/** Stays until the client goes. */
const stay = async (visit: Visit): Promise<Exit> => {
  visit.terminal.output.write('here\r\n')
  await left(visit)
  return ok
}

async function ssh2Client(port: number, user = 'alice@root@web-9'): Promise<SshClient> {
  const client = new Client()
  client.on('error', () => {})
  client.connect({ host: '127.0.0.1', port, username: user, password: 'right' })
  await once(client, 'ready')
  return client
}

test('size and TERM of the PTY arrive, and every change of the window', async () => {
  const visits: Visit[] = []
  await using door = await openDoor({
    handlers: {
      ...greet,
      onShell: async (visit) => {
        visits.push(visit)
        visit.terminal.onResize(({ columns, rows }) => visit.terminal.output.write(`${columns}x${rows} `))
        return stay(visit)
      },
    },
  })
  await using ssh = await sshClient({
    port: door.port,
    user: 'alice',
    password: 'right',
    size: { columns: 101, rows: 33 },
  })
  await ssh.untilScreen(/here/)
  const terminal = visits[0]?.terminal
  expect(terminal?.pty?.term).toBe('xterm-256color')
  expect(terminal?.size).toEqual({ columns: 101, rows: 33 })
  ssh.resize({ columns: 60, rows: 20 })
  await ssh.untilScreen(/60x20/)
  expect(terminal?.size).toEqual({ columns: 60, rows: 20 })
})

test.each([
  [
    { rows: 0, cols: 0 },
    { columns: 80, rows: 24 },
  ],
  [
    { rows: 2 ** 32 - 1, cols: 2 ** 32 - 1 },
    { columns: 1000, rows: 500 },
  ],
])('a window of nonsense size becomes a sane one: %o', async (asked, size) => {
  const visits: Visit[] = []
  await using door = await openDoor({
    handlers: {
      ...greet,
      onShell: async (visit) => {
        visits.push(visit)
        return ok
      },
    },
  })
  const client = await ssh2Client(door.port)
  client.shell({ ...asked, width: 0, height: 0, term: 'vt100' }, (_error, channel) => channel.resume())
  await expect.poll(() => visits[0]?.terminal.size).toEqual(size)
  client.end()
})

test('signals of the client reach the visit', async () => {
  await using door = await openDoor({
    handlers: {
      ...greet,
      onExec: async (visit) => {
        const name = new Promise<string>((resolve) => visit.terminal.onSignal(resolve))
        visit.terminal.output.write('ready')
        return { kind: 'signal', name: await name, coreDumped: false }
      },
    },
  })
  const client = await ssh2Client(door.port)
  const exit = await new Promise((resolve, reject) => {
    client.exec('x', (error, channel) => {
      if (error) return reject(error)
      channel.once('data', () => channel.signal('TERM'))
      channel.on('exit', (...told: unknown[]) => resolve(told.slice(0, 2)))
    })
  })
  expect(exit).toEqual([null, 'SIGTERM'])
  client.end()
})

test.each([
  ['a status', { kind: 'status', code: 42 }, [42]],
  ['a signal', { kind: 'signal', name: 'KILL', coreDumped: true }, [null, 'SIGKILL', true]],
  ['a signal SSH has no name for', { kind: 'signal', name: 'WINCH', coreDumped: false }, [255]],
] as const)('%s is told to the client', async (_what, exit, told) => {
  await using door = await openDoor({ handlers: { ...greet, onExec: async () => exit } })
  const client = await ssh2Client(door.port)
  const heard = await new Promise<unknown[]>((resolve, reject) => {
    client.exec('x', (error, channel) => {
      if (error) return reject(error)
      channel.on('exit', (...args: unknown[]) => resolve(args.slice(0, told.length)))
    })
  })
  expect(heard).toEqual(told)
  client.end()
})

test('a visit that fails ends its own channel with a sentence and an id, and no other', async () => {
  await using door = await openDoor({
    handlers: {
      onShell: stay,
      onExec: () => Promise.reject(new Error('inner detail')),
    },
  })
  await using other = await sshClient({ port: door.port, user: 'alice', password: 'right' })
  await other.untilScreen(/here/)
  const run = await runSsh({ port: door.port, user: 'alice#web', password: 'right', command: 'x' })
  expect(run.stderr.toString()).toMatch(/^cocod: Something went wrong here/)
  expect(run.stderr.toString()).not.toContain('inner detail')
  expect(run.code).toBe(255)
  expect(JSON.stringify(door.lines)).toContain('inner detail')
  expect(door.sshd.connections.all).toBeGreaterThan(0)
})

test('when the client is killed the visit learns it', async () => {
  let gone = (): void => {}
  const learned = new Promise<void>((resolve) => {
    gone = resolve
  })
  await using door = await openDoor({
    handlers: {
      ...greet,
      onShell: async (visit) => {
        await stay(visit)
        gone()
        return ok
      },
    },
  })
  const ssh = await sshClient({ port: door.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/here/)
  await ssh[Symbol.asyncDispose]()
  await learned
})

test('many channels share one connection, and one login', async () => {
  await using files = await scratch()
  await using door = await openDoor({ handlers: { ...greet, onShell: stay } })
  const login = { port: door.port, user: 'alice#web-9' }
  const options = { ControlPath: files.path('mux'), BatchMode: 'yes' }
  const master = {
    ...login,
    password: 'right',
    options: { ControlMaster: 'yes', ControlPath: files.path('mux') },
  }
  await using first = await sshClient(master)
  await first.untilScreen(/here/)
  const runs = await Promise.all(
    Array.from({ length: 9 }, (_, i) => runSsh({ ...login, options, command: `job ${i}` })),
  )
  expect(runs.map(({ stdout }) => stdout.toString().trim())).toEqual(
    Array.from({ length: 9 }, (_, i) => `undefined@web-9: job ${i}`),
  )
  expect(runs.map(({ code }) => code)).toEqual(Array<number>(9).fill(7))
  expect(door.core.calls).toHaveLength(1)
})

test('the eleventh channel is refused, and after one has ended there is room again', async () => {
  await using door = await openDoor({ handlers: { ...greet, onExec: stay } })
  const client = await ssh2Client(door.port)
  const open = (): Promise<{ close(): void; once(event: string, listener: () => void): unknown }> =>
    new Promise((resolve, reject) => {
      client.exec('x', (error, channel) => (error ? reject(error) : resolve(channel.resume())))
    })
  const channels = await Promise.all(Array.from({ length: 10 }, open))
  await expect(open()).rejects.toThrow(/open failure/)
  const closed = new Promise<void>((resolve) => channels[0]?.once('close', resolve))
  channels[0]?.close()
  await closed
  await open()
  client.end()
})

test('when the daemon stops the visits are told, and then the port is free', async () => {
  await using door = await openDoor({
    clock: new ManualClock(),
    handlers: {
      ...greet,
      onShell: async ({ terminal, signal }) => {
        terminal.output.write('here\r\n')
        await once(signal, 'abort')
        terminal.output.write('goodbye\r\n')
        return { kind: 'status', code: 9 }
      },
    },
  })
  await using ssh = await sshClient({ port: door.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/here/)
  // Stopped, it reads everything we send at once: a goodbye sent too early would hide the exit status.
  process.kill(ssh.pid, 'SIGSTOP')
  const closed = door.sshd.close()
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  process.kill(ssh.pid, 'SIGCONT')
  expect(await ssh.closed).toBe(9)
  await closed
  expect(ssh.history()).toContain('goodbye')
  const late = connect({ port: door.port, host: '127.0.0.1' })
  await expect(once(late, 'connect')).rejects.toThrow(/ECONNREFUSED/)
})
