import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const program = join(root, 'bin', 'cocod')

const ReadyLine = z.object({ msg: z.literal('ready'), ssh: z.string() })

export interface BenchDaemon extends AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly sshPort: number
}

/** Starts the built daemon with this configuration file and waits until logins work. */
export async function startDaemon(configFile: string, signal: AbortSignal): Promise<BenchDaemon> {
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) throw new Error('there is no dist/: npm run build')
  const child = spawn(process.execPath, [program, 'start', '--standalone', '--config', configFile], {
    // Settings of whoever runs this must not come in by the environment.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const terminate = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', terminate, { once: true })
  const stop = async (): Promise<void> => {
    signal.removeEventListener('abort', terminate)
    terminate()
    await ended
  }
  const lines = createInterface({ input: child.stdout })
  const said: string[] = []
  const sshPort = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const port = readyPort(line)
      if (port !== undefined) resolve(port)
      if (said.length < 20) said.push(line)
    })
    child.once('exit', () => reject(new Error(`the daemon ended at its start:\n${said.join('\n')}`)))
  })
  return { sshPort, [Symbol.asyncDispose]: stop }
}

function readyPort(line: string): number | undefined {
  let said: unknown
  try {
    said = JSON.parse(line)
  } catch {
    return undefined
  }
  const ready = ReadyLine.safeParse(said)
  return ready.success ? Number(ready.data.ssh.split(':').at(-1)) : undefined
}
