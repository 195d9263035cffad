import { createRequire } from 'node:module'
import { Fault, reasonOf } from '../base/fault.ts'

/** The native part of node-pty: what its JavaScript part calls. */
export interface PtyBinding {
  /** forkpty(3) and execvp(3); the file descriptor is the master's, non-blocking. `exited` is called once. */
  fork(start: PtyFork): ForkedPty
  /** TIOCSWINSZ on the master. */
  resize(fd: number, columns: number, rows: number): void
}

export interface ForkedPty {
  readonly fd: number
  readonly pid: number
  /** Of the slave, e.g. `/dev/pts/3`. */
  readonly path: string
}

export interface PtyFork {
  readonly file: string
  readonly args: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
  readonly cwd: string
  readonly columns: number
  readonly rows: number
  readonly exited: (code: number, signal: number) => void
}

/**
 * Loads the native part alone. The JavaScript part destroys the terminal 200 ms after the program's exit, with what
 * a slow reader has not taken yet, and its writes neither wait nor tell when the terminal takes no more.
 *
 * @throws Fault PTY_UNAVAILABLE where there is no prebuilt binary for this platform.
 */
export function loadPtyBinding(): PtyBinding {
  const require = createRequire(import.meta.url)
  try {
    const loader: unknown = require('@lydell/node-pty/requireBinary.js')
    const native: unknown = callMember(loader, 'requireBinary', ['pty.node'])
    const helper = spawnHelper(require)
    return {
      fork: ({ file, args, env, cwd, columns, rows, exited }) =>
        // No other user and group (-1); IUTF8, so that the erase key takes whole characters.
        forkResult(
          callMember(native, 'fork', [file, args, env, cwd, columns, rows, -1, -1, true, helper, exited]),
        ),
      resize: (fd, columns, rows) => {
        callMember(native, 'resize', [fd, columns, rows])
      },
    }
  } catch (cause) {
    throw new Fault('PTY_UNAVAILABLE', {
      step: 'load node-pty',
      message: `there is no terminal support for ${process.platform}-${process.arch}: ${reasonOf(cause).split('\n')[0]}`,
      next: 'Use an inventory with real assets (--inventory) instead of the demo.',
      cause,
    })
  }
}

/** Only macOS starts the program through a helper. */
const spawnHelper = (require: NodeJS.Require): string =>
  process.platform === 'darwin' ? require.resolve(`@lydell/node-pty-darwin-${process.arch}/spawn-helper`) : ''

function callMember(owner: unknown, name: string, args: readonly unknown[]): unknown {
  const method: unknown = typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined
  if (typeof method !== 'function') throw new TypeError(`node-pty has no ${name}`)
  return Reflect.apply(method, owner, args)
}

function forkResult(value: unknown): ForkedPty {
  if (typeof value === 'object' && value !== null && 'fd' in value && 'pid' in value && 'pty' in value) {
    const { fd, pid, pty: path } = value
    if (typeof fd === 'number' && typeof pid === 'number' && typeof path === 'string')
      return { fd, pid, path }
  }
  throw new TypeError('node-pty gave no terminal')
}
