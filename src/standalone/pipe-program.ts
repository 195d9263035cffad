import { spawn } from 'node:child_process'
import type { Exit } from '../terminal/terminal.ts'
import { endGroup, exitOf, type Program, type ProgramStart, signalGroup } from './program.ts'

/** Starts a program on three pipes, in a process group of its own. Throws when it cannot be started at once. */
export function startOnPipes({ file, args, env, cwd, clock }: ProgramStart): Program {
  const child = spawn(file, args, { env: { ...env }, cwd, stdio: 'pipe', detached: true })
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitOf(code, signal)))
    // It never ran: what a shell says of a command that cannot be executed.
    child.once('error', () => resolve({ kind: 'status', code: 126 }))
  })
  let running = child.pid !== undefined
  void exited.then(() => {
    running = false
  })
  const { pid = 0, stdin, stdout, stderr } = child
  // A program may close its input early; whoever writes hears of it by his own listener.
  stdin.on('error', () => {})
  return {
    output: stdout,
    errors: stderr,
    input: stdin,
    exited,
    resize: () => {},
    signal: (name) => {
      if (running) signalGroup(pid, name)
    },
    end: async () => {
      for (const stream of [stdin, stdout, stderr]) stream.destroy()
      if (running) await endGroup({ pid, exited, clock })
    },
  }
}
