import { hostname } from 'node:os'
import { isLoopback } from '../base/loopback.ts'
import type { Address, Daemon } from '../daemon.ts'
import type { Style } from '../terminal/ansi.ts'

export interface GreetingFacts extends Pick<Daemon, 'ssh' | 'web' | 'hostKeys' | 'demo'> {
  readonly version: string
  /** Address of the Jumpserver; undefined: standalone. */
  readonly core: string | undefined
  /** What to type to see the recordings. */
  readonly recordings: string
  /** From the start of the command to now. */
  readonly seconds: number
  readonly style: Style
}

/** The first screen: what to type, exactly, and nothing else. Made for 80 columns. */
export function greeting(facts: GreetingFacts): string {
  const { version, core, ssh, web, demo, hostKeys, recordings, seconds, style } = facts
  const { bold, dim } = style
  const host = reachable(ssh)
  const known = `known by another key? ssh-keygen -R ${ssh.port === 22 ? host : `'[${host}]:${ssh.port}'`}`
  const rows: ReadonlyArray<readonly [name: string, value: string]> = [
    ['log in', bold(`ssh -p ${ssh.port} ${demo?.user ?? 'USER'}@${host}`)],
    ...(demo ? ([['password', bold(demo.password.reveal())]] as const) : []),
    ...(demo ? ([['asset', demo.assets]] as const) : []),
    ['host key', hostKeys[0]?.fingerprint ?? 'none'],
    ['', dim(known)],
    [
      'web',
      `http://${bracketed(reachable(web))}:${web.port}${core === undefined ? `  ${dim('(the same login)')}` : '/coco/'}`,
    ],
    ['replays', recordings],
  ]
  return [
    '',
    `  ${bold(`cocod ${version}`)}  ${core === undefined ? standalone(ssh) : `for the Jumpserver at ${core}`}`,
    '',
    ...rows.map(([name, value]) => `    ${name.padEnd(10)}${value}`),
    '',
    `  Ready in ${seconds.toFixed(1)} s. Ctrl-C ends everything.`,
    '',
    '',
  ].join('\n')
}

const standalone = ({ host }: Address): string =>
  isLoopback(host)
    ? 'standalone: no Jumpserver, and nothing here leaves this machine'
    : `standalone: no Jumpserver; open to whoever can reach ${isAny(host) ? 'this machine' : host}`

const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Listening everywhere is no address to type: the name of this machine is. */
const reachable = ({ host }: Address): string => (isAny(host) ? hostname() : host)
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
